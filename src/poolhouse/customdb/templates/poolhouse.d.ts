// What a custom-database script is given and what it answers. For editors; nothing reads it at run time.

/** The connection, in both forms, and the variables of the connection and of the pool. Frozen. */
declare const env: Readonly<{
  DB_CONNECTION_URI: string;
  DB_HOST: string;
  DB_PORT: string;
  DB_USERNAME: string;
  DB_PASSWORD: string;
  DB_DATABASE: string;
  [variable: string]: string;
}>;

/** What a script may require; `mysql` is `mysql2`, `bcrypt` is `bcryptjs`. */
type Module =
  | 'pg' | 'mysql2' | 'mysql2/promise' | 'mysql' | 'mongodb' | 'bcrypt' | 'bcryptjs' | 'jsonwebtoken'
  | 'lodash' | 'axios' | 'node-fetch' | 'request' | 'request-promise' | 'request-promise-native' | 'qs'
  | 'uuid' | 'uuid/v1' | 'uuid/v4' | 'uuid/v5' | 'assert' | 'assert/strict' | 'buffer' | 'crypto' | 'events'
  | 'http' | 'https' | 'path' | 'path/posix' | 'path/win32' | 'perf_hooks' | 'querystring' | 'stream'
  | 'stream/promises' | 'string_decoder' | 'timers' | 'timers/promises' | 'url' | 'util' | 'util/types';

/** A version after the name (`lodash@4.17.21`) is passed over. */
declare function require(name: Module | `node:${Module}` | `${Module}@${string}`): any;

interface Context {
  userPoolId: string;
  userPoolName: string;
  userPoolMetadata: Record<string, unknown>;
  /** The application the request came through, the pool's first one where it came through none; '' without any. */
  appId: string;
  appName: string;
  appMetadata: Record<string, unknown>;
  /** The pool's id, as documented. */
  application: string;
  /** `ip` is '' and `geo` null where they are not known. */
  request: { ip: string; geo: Record<string, unknown> | null; body: Record<string, unknown> };
}

/** `id` is the only field that must be there; keys nobody knows are ignored, `password` is never kept. */
interface Profile {
  id: string | number;
  username?: string | null;
  name?: string | null;
  nickname?: string | null;
  photo?: string | null;
  gender?: 'M' | 'F' | 'U' | null;
  birthdate?: string | Date | null;
  email?: string | null;
  emailVerified?: boolean | null;
  phone?: string | null;
  phoneVerified?: boolean | null;
  phoneCountryCode?: string | null;
  externalId?: string | null;
  unionid?: string | null;
  openid?: string | null;
  status?: 'Activated' | 'Suspended' | 'Resigned' | 'Archived' | 'Deactivated' | null;
  blocked?: boolean | null;
  isDeleted?: boolean | null;
  givenName?: string | null;
  familyName?: string | null;
  middleName?: string | null;
  preferredUsername?: string | null;
  profile?: string | null;
  website?: string | null;
  zoneinfo?: string | null;
  locale?: string | null;
  company?: string | null;
  country?: string | null;
  province?: string | null;
  city?: string | null;
  region?: string | null;
  locality?: string | null;
  address?: string | null;
  streetAddress?: string | null;
  formatted?: string | null;
  postalCode?: string | null;
  identityNumber?: string | null;
  mainDepartmentId?: string | null;
  directManagement?: string | null;
  browser?: string | null;
  device?: string | null;
  oauth?: string | null;
  registerSource?: string[] | null;
  userSourceType?: string | null;
  userSourceId?: string | null;
  lastLoginApp?: string | null;
  loginsCount?: number | null;
  lastIP?: string | null;
  lastLogin?: string | Date | null;
  lastMfaTime?: string | Date | null;
  passwordLastSetAt?: string | Date | null;
  passwordSecurityLevel?: number | null;
  resetPasswordOnNextLogin?: boolean | null;
  tokenExpiredAt?: string | Date | null;
  expiredAt?: string | null;
  signedUp?: string | Date | null;
  createdAt?: string | Date | null;
  updatedAt?: string | Date | null;
  lastIp?: string | null;
  /** Passed on to administrators as it is, never kept. */
  token?: string | null;
  [unknown: string]: unknown;
}

interface LoginQuery {
  email: string | null;
  phone: string | null;
  username: string | null;
}

interface FindQuery extends LoginQuery {
  id: string | null;
}

interface UserInfo extends Partial<Profile> {
  password: string | null;
}

interface UserPage {
  totalCount: number | string;
  list: Profile[];
}

/** The user whose password this is. Throws for an unknown user and for a wrong password. */
type login = (query: LoginQuery, password: string, context: Context) => Promise<Profile>;
/** The user, or null. Must not throw for an unknown user. */
type getUser = (query: FindQuery, context: Context) => Promise<Profile | null>;
/** Everybody the keyword fits. */
type searchUser = (keyword: string, context: Context) => Promise<UserPage>;
/** The new user; null has the user read back through getUser. Throws when there is one already. */
type createUser = (userinfo: UserInfo, context: Context) => Promise<Profile | null>;
/** The user after the change; null has the user read back through getUser. Throws for an unknown user. */
type updateUser = (id: string, updates: Partial<UserInfo>, context: Context) => Promise<Profile | null>;
/** true. Throws for an unknown user. */
type deleteUser = (id: string, context: Context) => Promise<boolean>;
/** A page, `page` counting from 1, in an order that stays. */
type listUsers = (page: number, limit: number, context: Context) => Promise<UserPage>;
/** Whether the password fits a stored hash nobody else knows. Of a pool with or without a custom database. */
type verifyPassword = (
  password: string,
  hash: string,
  salt: string | null,
  user: Profile,
  context: Context,
) => Promise<boolean>;
/** Whether the password is this user's; null for an unknown user. */
type validatePassword = (id: string, password: string, context: Context) => Promise<boolean | null>;

// -- under `dialect = "auth0"` ------------------------------------------------------------------------------

/** `env` by its name at Auth0. */
declare const configuration: typeof env;
/** A wrong account or password, whichever: told to nobody, counted by lock-out. */
declare class WrongUsernameOrPasswordError extends Error {
  constructor(userNameOrEmail?: string | null, message?: string);
}
/** `user_exists` is an existing user; of other codes the message reaches the person. */
declare class ValidationError extends Error {
  constructor(code: string, message?: string);
}
/** Its message reaches the person. */
declare class UnauthorizedError extends Error {
  constructor(message?: string);
}

/** The first call is the answer: an error, or else what was found or whether it was done. */
type Callback<Answer> = (error?: unknown, answer?: Answer | null) => void;

/** `user_id` (or `id`) is the id, without either the e-mail is; metadata is not taken over. */
interface Auth0Profile {
  user_id?: string | number;
  username?: string;
  email?: string;
  email_verified?: boolean;
  phone_number?: string;
  phone_verified?: boolean;
  name?: string;
  nickname?: string;
  given_name?: string;
  family_name?: string;
  middle_name?: string;
  preferred_username?: string;
  picture?: string;
  blocked?: boolean;
  [key: string]: unknown;
}
