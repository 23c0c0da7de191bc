SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE FUNCTION public.digest_of_value(value jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN encode(sha256(convert_to((value)::text, 'UTF8'::name)), 'hex'::text);
CREATE FUNCTION public.poolhouse_count_users() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if tg_op = 'INSERT' then
    insert into user_counts as c (pool_id, shard, users)
      select pool_id, pg_backend_pid() % 16, count(*) from changed group by pool_id order by pool_id
      on conflict (pool_id, shard) do update set users = c.users + excluded.users;
  else
    insert into user_counts as c (pool_id, shard, users)
      select pool_id, pg_backend_pid() % 16, -count(*) from changed
      where exists (select from pools p where p.id = changed.pool_id) group by pool_id order by pool_id
      on conflict (pool_id, shard) do update set users = c.users + excluded.users;
  end if;
  return null;
end $$;
CREATE FUNCTION public.poolhouse_search_key(given text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(lower(NORMALIZE(given, NFKC)), '([\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])'::text, '\1\1\1'::text, 'g'::text);
CREATE FUNCTION public.poolhouse_search_pattern(keyword text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (('%'::text || replace(replace(replace(public.poolhouse_search_key(keyword), '\'::text, '\\'::text), '%'::text, '\%'::text), '_'::text, '\_'::text)) || '%'::text);
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.access_accounts (
    pool_id text NOT NULL,
    id text NOT NULL,
    app_id text NOT NULL,
    secret bytea NOT NULL,
    remarks text,
    token_lifetime_s integer NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.access_key_uses (
    pool_id text NOT NULL,
    key_id text NOT NULL,
    used_at timestamp with time zone NOT NULL
);
CREATE TABLE public.access_keys (
    pool_id text NOT NULL,
    id text NOT NULL,
    secret bytea NOT NULL,
    user_id text,
    tenant_id text,
    scopes text[],
    enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.administrators (
    pool_id text NOT NULL,
    id text NOT NULL,
    username text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.agreements (
    pool_id text NOT NULL,
    app_id text NOT NULL,
    id bigint NOT NULL,
    title text NOT NULL,
    required boolean NOT NULL,
    lang text NOT NULL,
    "position" integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.agreements ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.agreements_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.app_access (
    pool_id text NOT NULL,
    app_id text NOT NULL,
    target_type text NOT NULL,
    target_id text NOT NULL,
    namespace text NOT NULL,
    effect text NOT NULL,
    inherit_by_children boolean DEFAULT false NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT app_access_effect_check CHECK ((effect = ANY (ARRAY['ALLOW'::text, 'DENY'::text]))),
    CONSTRAINT app_access_target_type_check CHECK ((target_type = ANY (ARRAY['USER'::text, 'ROLE'::text, 'GROUP'::text, 'ORG'::text])))
);
CREATE TABLE public.apps (
    pool_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    identifier text NOT NULL,
    description text,
    logo text,
    secret bytea NOT NULL,
    app_type text DEFAULT 'INDIVIDUAL'::text NOT NULL,
    redirect_uris text[] DEFAULT '{}'::text[] NOT NULL,
    logout_redirect_uris text[] DEFAULT '{}'::text[] NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.attempts (
    pool_id text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    count integer NOT NULL,
    ends_at timestamp with time zone NOT NULL
);
CREATE TABLE public.audit_records (
    pool_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    operation text NOT NULL,
    resource_type text NOT NULL,
    resource_id text,
    user_id text,
    user_name text,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    app_id text,
    tenant_id text,
    session_id text,
    success boolean NOT NULL,
    detail jsonb NOT NULL,
    ip text,
    user_agent text NOT NULL,
    request_id text NOT NULL
)
PARTITION BY RANGE (at);
CREATE TABLE public.audit_records_2026_11 (
    pool_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    operation text NOT NULL,
    resource_type text NOT NULL,
    resource_id text,
    user_id text,
    user_name text,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    app_id text,
    tenant_id text,
    session_id text,
    success boolean NOT NULL,
    detail jsonb NOT NULL,
    ip text,
    user_agent text NOT NULL,
    request_id text NOT NULL
);
CREATE TABLE public.audit_records_2026_12 (
    pool_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    operation text NOT NULL,
    resource_type text NOT NULL,
    resource_id text,
    user_id text,
    user_name text,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    app_id text,
    tenant_id text,
    session_id text,
    success boolean NOT NULL,
    detail jsonb NOT NULL,
    ip text,
    user_agent text NOT NULL,
    request_id text NOT NULL
);
CREATE TABLE public.audit_records_2027_01 (
    pool_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    operation text NOT NULL,
    resource_type text NOT NULL,
    resource_id text,
    user_id text,
    user_name text,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    app_id text,
    tenant_id text,
    session_id text,
    success boolean NOT NULL,
    detail jsonb NOT NULL,
    ip text,
    user_agent text NOT NULL,
    request_id text NOT NULL
);
CREATE TABLE public.audit_records_2027_02 (
    pool_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    operation text NOT NULL,
    resource_type text NOT NULL,
    resource_id text,
    user_id text,
    user_name text,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    app_id text,
    tenant_id text,
    session_id text,
    success boolean NOT NULL,
    detail jsonb NOT NULL,
    ip text,
    user_agent text NOT NULL,
    request_id text NOT NULL
);
CREATE TABLE public.audit_records_default (
    pool_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    operation text NOT NULL,
    resource_type text NOT NULL,
    resource_id text,
    user_id text,
    user_name text,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    app_id text,
    tenant_id text,
    session_id text,
    success boolean NOT NULL,
    detail jsonb NOT NULL,
    ip text,
    user_agent text NOT NULL,
    request_id text NOT NULL
);
CREATE TABLE public.base_field_settings (
    pool_id text NOT NULL,
    key text NOT NULL,
    label text,
    description text,
    user_editable boolean,
    visible_in_admin_console boolean,
    visible_in_user_center boolean,
    i18n jsonb
);
CREATE TABLE public.captchas (
    pool_id text NOT NULL,
    id text NOT NULL,
    asker text NOT NULL,
    answer text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.custom_databases (
    pool_id text NOT NULL,
    enabled boolean DEFAULT false NOT NULL,
    mode text DEFAULT 'LAZY_MIGRATION'::text NOT NULL,
    database_type text DEFAULT 'postgresql'::text NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    secrets bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT custom_databases_mode_check CHECK ((mode = ANY (ARRAY['LAZY_MIGRATION'::text, 'CUSTOM_USER_STORE'::text])))
);
CREATE TABLE public.custom_migrations (
    pool_id text NOT NULL,
    outcome text NOT NULL,
    count bigint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL
);
CREATE TABLE public.custom_script_logs (
    pool_id text NOT NULL,
    id text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    name text NOT NULL,
    version integer,
    duration_ms real NOT NULL,
    success boolean NOT NULL,
    outcome text NOT NULL,
    message text,
    stack text,
    console jsonb DEFAULT '[]'::jsonb NOT NULL,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    clients_opened integer DEFAULT 0 NOT NULL,
    clients_left_open integer DEFAULT 0 NOT NULL,
    arguments jsonb DEFAULT '[]'::jsonb NOT NULL,
    app_id text,
    request_id text,
    debug boolean DEFAULT false NOT NULL
);
CREATE TABLE public.custom_scripts (
    pool_id text NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    source text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text NOT NULL
);
CREATE TABLE public.custom_scripts_published (
    pool_id text NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL,
    published_by text NOT NULL
);
CREATE TABLE public.field_definitions (
    pool_id text NOT NULL,
    target_type text NOT NULL,
    key text NOT NULL,
    data_type text NOT NULL,
    label text NOT NULL,
    description text,
    options jsonb NOT NULL,
    rules jsonb NOT NULL,
    is_unique boolean NOT NULL,
    encrypted boolean NOT NULL,
    user_editable boolean NOT NULL,
    visible_in_admin_console boolean NOT NULL,
    visible_in_user_center boolean NOT NULL,
    desensitized boolean NOT NULL,
    app_ids jsonb NOT NULL,
    i18n jsonb,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.field_values (
    pool_id text NOT NULL,
    target_type text NOT NULL,
    target_id text NOT NULL,
    key text NOT NULL,
    value jsonb,
    sealed bytea,
    unique_digest text,
    number_value numeric GENERATED ALWAYS AS (
CASE
    WHEN (jsonb_typeof(value) = 'number'::text) THEN (value)::numeric
    ELSE NULL::numeric
END) STORED,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT field_values_check CHECK ((num_nonnulls(value, sealed) = 1))
);
CREATE TABLE public.group_members (
    pool_id text NOT NULL,
    group_id text NOT NULL,
    user_id text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.groups (
    pool_id text NOT NULL,
    id text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    description text,
    type text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.identity_connection_states (
    pool_id text NOT NULL,
    connection_id text NOT NULL,
    place text NOT NULL,
    place_id text NOT NULL,
    enabled boolean NOT NULL
);
CREATE TABLE public.identity_connections (
    pool_id text NOT NULL,
    id text NOT NULL,
    source_id text NOT NULL,
    type text NOT NULL,
    identifier text NOT NULL,
    display_name text NOT NULL,
    fields bytea NOT NULL,
    match_fields text[] DEFAULT '{}'::text[] NOT NULL,
    logo text,
    login_only boolean DEFAULT false NOT NULL,
    associable boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.identity_sources (
    pool_id text NOT NULL,
    id text NOT NULL,
    tenant_id text,
    name text NOT NULL,
    type text NOT NULL,
    logo text,
    auto_join boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.mail_outbox (
    pool_id text NOT NULL,
    id text NOT NULL,
    channel text NOT NULL,
    scene text NOT NULL,
    lang text NOT NULL,
    recipient text NOT NULL,
    sender text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    user_id text,
    status text DEFAULT 'queued'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text,
    next_attempt_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone
);
CREATE TABLE public.mail_providers (
    pool_id text NOT NULL,
    kind text NOT NULL,
    enabled boolean NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    username text NOT NULL,
    password bytea NOT NULL,
    sender text NOT NULL,
    security text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.mail_templates (
    pool_id text NOT NULL,
    scene text NOT NULL,
    name text NOT NULL,
    subject text NOT NULL,
    sender text NOT NULL,
    content text NOT NULL,
    redirect_to text,
    has_url boolean DEFAULT false NOT NULL,
    expires_in_s integer NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.mfa_factors (
    pool_id text NOT NULL,
    user_id text NOT NULL,
    id text NOT NULL,
    secret bytea NOT NULL,
    confirmed boolean DEFAULT false NOT NULL,
    last_step bigint DEFAULT 0 NOT NULL,
    recovery_digest bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.namespaces (
    pool_id text NOT NULL,
    code text NOT NULL,
    number bigint NOT NULL,
    name text,
    description text,
    app_id text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
ALTER TABLE public.namespaces ALTER COLUMN number ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.namespaces_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.node_closure (
    pool_id text NOT NULL,
    ancestor_id text NOT NULL,
    descendant_id text NOT NULL,
    depth integer NOT NULL
);
CREATE TABLE public.node_members (
    pool_id text NOT NULL,
    node_id text NOT NULL,
    user_id text NOT NULL,
    is_main boolean DEFAULT false NOT NULL,
    is_leader boolean DEFAULT false NOT NULL,
    joined_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.nodes (
    pool_id text NOT NULL,
    id text NOT NULL,
    org_id text NOT NULL,
    parent_id text,
    name text NOT NULL,
    code text,
    description text,
    name_i18n jsonb DEFAULT '{}'::jsonb NOT NULL,
    description_i18n jsonb DEFAULT '{}'::jsonb NOT NULL,
    sort_order integer,
    depth integer NOT NULL,
    is_virtual boolean DEFAULT false NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    open_id text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.oidc_codes (
    pool_id text NOT NULL,
    digest bytea NOT NULL,
    grant_id text NOT NULL,
    redirect_uri text NOT NULL,
    code_challenge text,
    code_challenge_method text,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
CREATE TABLE public.oidc_grants (
    pool_id text NOT NULL,
    id text NOT NULL,
    app_id text NOT NULL,
    user_id text NOT NULL,
    session_id text NOT NULL,
    scope text NOT NULL,
    nonce text,
    authenticated_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);
CREATE TABLE public.oidc_refresh_tokens (
    pool_id text NOT NULL,
    digest bytea NOT NULL,
    grant_id text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
CREATE TABLE public.orgs (
    pool_id text NOT NULL,
    id text NOT NULL,
    root_id text NOT NULL,
    tenant_id text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.policies (
    pool_id text NOT NULL,
    id text NOT NULL,
    namespace text NOT NULL,
    code text NOT NULL,
    description text,
    is_default boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.policy_assignments (
    pool_id text NOT NULL,
    policy_id text NOT NULL,
    target_type text NOT NULL,
    target_id text NOT NULL,
    inherit_by_children boolean DEFAULT false NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT policy_assignments_target_type_check CHECK ((target_type = ANY (ARRAY['USER'::text, 'ROLE'::text, 'GROUP'::text, 'ORG'::text, 'AK_SK'::text])))
);
CREATE TABLE public.policy_statements (
    pool_id text NOT NULL,
    policy_id text NOT NULL,
    "position" integer NOT NULL,
    effect text NOT NULL,
    resource text NOT NULL,
    resource_type text,
    actions text[] NOT NULL,
    condition jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT policy_statements_effect_check CHECK ((effect = ANY (ARRAY['ALLOW'::text, 'DENY'::text])))
);
CREATE TABLE public.pool_environment (
    pool_id text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.pools (
    id text NOT NULL,
    name text NOT NULL,
    domain text NOT NULL,
    description text,
    logo text,
    owner_id text,
    secret bytea NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.post_departments (
    pool_id text NOT NULL,
    post_id text NOT NULL,
    node_id text NOT NULL
);
CREATE TABLE public.post_users (
    pool_id text NOT NULL,
    post_id text NOT NULL,
    user_id text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.posts (
    pool_id text NOT NULL,
    id text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    description text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.resource_grants (
    pool_id text NOT NULL,
    namespace text NOT NULL,
    target_type text NOT NULL,
    target_id text NOT NULL,
    resource text NOT NULL,
    resource_type text,
    actions text[] NOT NULL,
    inherit_by_children boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT resource_grants_target_type_check CHECK ((target_type = ANY (ARRAY['USER'::text, 'ROLE'::text, 'GROUP'::text, 'ORG'::text, 'AK_SK'::text])))
);
CREATE TABLE public.resources (
    pool_id text NOT NULL,
    id text NOT NULL,
    namespace text NOT NULL,
    code text NOT NULL,
    type text NOT NULL,
    name text,
    description text,
    actions jsonb DEFAULT '[]'::jsonb NOT NULL,
    api_identifier text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.role_assignments (
    pool_id text NOT NULL,
    role_id text NOT NULL,
    target_type text NOT NULL,
    target_id text NOT NULL,
    enabled_from timestamp with time zone,
    ends_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT role_assignments_target_type_check CHECK ((target_type = ANY (ARRAY['USER'::text, 'GROUP'::text, 'NODE'::text])))
);
CREATE TABLE public.roles (
    pool_id text NOT NULL,
    id text NOT NULL,
    namespace text NOT NULL,
    code text NOT NULL,
    name text,
    description text,
    parent_id text,
    is_system boolean DEFAULT false NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    disable_at timestamp with time zone,
    permission_apply boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.server_keys (
    name text NOT NULL,
    value bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.sessions (
    pool_id text NOT NULL,
    id text NOT NULL,
    user_id text NOT NULL,
    app_id text DEFAULT ''::text NOT NULL,
    device_id text DEFAULT ''::text NOT NULL,
    ip text,
    user_agent text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.signing_keys (
    pool_id text NOT NULL,
    id text NOT NULL,
    purpose text NOT NULL,
    app_id text DEFAULT ''::text NOT NULL,
    fingerprint text NOT NULL,
    algorithm text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT signing_keys_algorithm_check CHECK ((algorithm = ANY (ARRAY['HS256'::text, 'RS256'::text]))),
    CONSTRAINT signing_keys_purpose_check CHECK ((purpose = ANY (ARRAY['management'::text, 'rsa'::text, 'app'::text])))
);
CREATE UNLOGGED TABLE public.spent_signatures (
    pool_id text NOT NULL,
    signature bytea NOT NULL,
    spent_at timestamp with time zone NOT NULL
);
CREATE TABLE public.tenant_apps (
    pool_id text NOT NULL,
    tenant_id text NOT NULL,
    app_id text NOT NULL
);
CREATE TABLE public.tenant_members (
    pool_id text NOT NULL,
    tenant_id text NOT NULL,
    user_id text NOT NULL,
    id text NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    administrator boolean DEFAULT false NOT NULL,
    joined_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.tenant_resources (
    pool_id text NOT NULL,
    resource_id text NOT NULL,
    tenant_id text NOT NULL
);
CREATE TABLE public.tenants (
    pool_id text NOT NULL,
    id text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    description text,
    logo text,
    reject_hint text,
    creator text DEFAULT ''::text NOT NULL,
    source_app_id text,
    enterprise_domains text[] DEFAULT '{}'::text[] NOT NULL,
    css text,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.tickets (
    pool_id text NOT NULL,
    id text NOT NULL,
    purpose text NOT NULL,
    user_id text DEFAULT ''::text NOT NULL,
    digest bytea NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    tries_left integer NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.user_counts (
    pool_id text NOT NULL,
    shard smallint NOT NULL,
    users bigint NOT NULL
);
CREATE TABLE public.user_identities (
    pool_id text NOT NULL,
    id text NOT NULL,
    user_id text NOT NULL,
    provider text NOT NULL,
    user_id_in_idp text NOT NULL,
    type text DEFAULT 'generic'::text NOT NULL,
    ext_idp_id text DEFAULT ''::text NOT NULL,
    connection_id text,
    is_social boolean DEFAULT false NOT NULL,
    openid text,
    profile jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.user_imports (
    pool_id text NOT NULL,
    source text NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    imported bigint DEFAULT 0 NOT NULL,
    skipped bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    errors_bytes bigint DEFAULT 0 NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone
);
CREATE TABLE public.user_password_history (
    pool_id text NOT NULL,
    user_id text NOT NULL,
    set_at timestamp with time zone DEFAULT now() NOT NULL,
    password_hash text NOT NULL
);
CREATE TABLE public.user_tombstones (
    pool_id text NOT NULL,
    provider text NOT NULL,
    user_id_in_idp text NOT NULL,
    deleted_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.users (
    pool_id text NOT NULL,
    id text NOT NULL,
    status text DEFAULT 'Activated'::text NOT NULL,
    username text,
    email text,
    email_verified boolean DEFAULT false NOT NULL,
    phone text,
    phone_verified boolean DEFAULT false NOT NULL,
    phone_country_code text,
    external_id text,
    unionid text,
    openid text,
    nickname text,
    name text,
    given_name text,
    family_name text,
    middle_name text,
    preferred_username text,
    profile text,
    website text,
    photo text,
    gender text DEFAULT 'U'::text NOT NULL,
    birthdate text,
    zoneinfo text,
    locale text,
    address text,
    formatted text,
    street_address text,
    locality text,
    region text,
    postal_code text,
    city text,
    province text,
    country text,
    company text,
    browser text,
    device text,
    oauth text,
    register_source text[] DEFAULT '{unknown}'::text[] NOT NULL,
    logins_count integer DEFAULT 0 NOT NULL,
    last_login timestamp with time zone,
    last_ip text,
    last_login_app text,
    signed_up timestamp with time zone DEFAULT now() NOT NULL,
    blocked boolean DEFAULT false NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    token_expired_at timestamp with time zone,
    expired_at text,
    direct_management text,
    main_department_id text,
    identity_number text,
    user_source_type text DEFAULT 'adminCreated'::text NOT NULL,
    user_source_id text,
    reset_password_on_next_login boolean DEFAULT false NOT NULL,
    password_last_set_at timestamp with time zone,
    password_security_level integer,
    last_mfa_time timestamp with time zone,
    status_changed_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    password_hash text,
    search_key text GENERATED ALWAYS AS (public.poolhouse_search_key(((((((((((((((((((((COALESCE(username, ''::text) || chr(31)) || COALESCE(nickname, ''::text)) || chr(31)) || COALESCE(email, ''::text)) || chr(31)) || COALESCE(phone, ''::text)) || chr(31)) || COALESCE(company, ''::text)) || chr(31)) || COALESCE(name, ''::text)) || chr(31)) || COALESCE(given_name, ''::text)) || chr(31)) || COALESCE(family_name, ''::text)) || chr(31)) || COALESCE(middle_name, ''::text)) || chr(31)) || COALESCE(profile, ''::text)) || chr(31)) || COALESCE(preferred_username, ''::text)))) STORED NOT NULL
);
CREATE TABLE public.verification_codes (
    pool_id text NOT NULL,
    channel text NOT NULL,
    target text NOT NULL,
    purpose text NOT NULL,
    digest bytea NOT NULL,
    tries_left integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT verification_codes_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'phone'::text])))
);
CREATE TABLE public.whitelist_entries (
    pool_id text NOT NULL,
    app_id text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.audit_records ATTACH PARTITION public.audit_records_2026_11 FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00');
ALTER TABLE ONLY public.audit_records ATTACH PARTITION public.audit_records_2026_12 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');
ALTER TABLE ONLY public.audit_records ATTACH PARTITION public.audit_records_2027_01 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');
ALTER TABLE ONLY public.audit_records ATTACH PARTITION public.audit_records_2027_02 FOR VALUES FROM ('2027-02-01 00:00:00+00') TO ('2027-03-01 00:00:00+00');
ALTER TABLE ONLY public.audit_records ATTACH PARTITION public.audit_records_default DEFAULT;
INSERT INTO public.access_key_uses VALUES
	('01a216242b14ffde1cdef6b5', '01a216242b14ffde1cdef6b5', '2026-11-26 04:36:56.529027+00'),
	('01a21624cccef34a9b76d9d6', '01a21624cccef34a9b76d9d6', '2026-11-26 04:37:22.611685+00');
INSERT INTO public.access_keys VALUES
	('01a216242b14ffde1cdef6b5', '01a21624a3d4790235159d44', '\x01355f68dc27490989f1f7373e3e840b487d006f4fbfbd68a16e8320f418cfd754db157323dd7d8500d7acca4ce4ead87e748b553fb7afe96a15b5c5058d19b065', NULL, NULL, '{users:read}', true, '2026-11-26 04:37:09.717064+00');
INSERT INTO public.administrators VALUES
	('01a216242b14ffde1cdef6b5', '01a216242b5f43558b08fae5', 'admin', '$argon2id$v=19$m=19456,t=2,p=1$iL6Eit/Ibw+Eif/fEva/Zg$xKayioHmdPKTJ63I0VrufcacnV0ZeriU3VWHV9uEy8o', '2026-11-26 04:36:39.141164+00');
INSERT INTO public.alembic_version VALUES
	('0020');
INSERT INTO public.app_access VALUES
	('01a216242b14ffde1cdef6b5', '01a21624a01bb8a7f8d4e6bc', 'GROUP', '01a216248f5dc7cff1d82cc0', 'default', 'ALLOW', false, true, '2026-11-26 04:37:09.099499+00');
INSERT INTO public.apps VALUES
	('01a216242b14ffde1cdef6b5', '01a216242b22c5d562f3219a', 'Poolhouse', 'default', NULL, NULL, '\x01355f68dcb79e76617b176e32cbc911426e1b751c47439ea65bb78b238a0406b07a99f68daba182376cccd9eedccc8c2b56f9247ba498ea710f74e354d1c2d5c7', 'INDIVIDUAL', '{}', '{}', '{"access_token_expires_after": 315360000, "refresh_token_expires_after": 315360000}', '2026-11-26 04:36:38.827523+00', '2026-11-26 04:36:38.827523+00'),
	('01a216242b14ffde1cdef6b5', '01a21624a01bb8a7f8d4e6bc', '内部', 'app-01a21624a01bb8a7f8d4e6bc', NULL, NULL, '\x01355f68dccc757fb75b5f042da3aa1000436441bf52aeed0c74e9bd3b2dd4b99c03802259d914df05d284bc2f827f052156a4d85318c16fe45d1e57a6489820b5', 'INDIVIDUAL', '{https://in.shop.example/cb}', '{}', '{"default_access": "DENY_ALL", "access_token_expires_after": 315360000, "refresh_token_expires_after": 315360000}', '2026-11-26 04:37:08.763884+00', '2026-11-26 04:37:08.892714+00'),
	('01a21624cccef34a9b76d9d6', '01a21624e19f42040baf3963', '商店', 'app-01a21624e19f42040baf3963', NULL, NULL, '\x01355f68dcfa78deacacfe05ca729519a59f07b5795d1556f883801d3c38b49fc0f0b738f9114aecc5aeb4ddd2da63ac8b867a7bcafd5710b9487222176b41d307', 'INDIVIDUAL', '{}', '{}', '{"access_token_expires_after": 315360000, "refresh_token_expires_after": 315360000}', '2026-11-26 04:37:25.543243+00', '2026-11-26 04:37:25.543243+00');
INSERT INTO public.audit_records_2026_11 VALUES
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:38.84277+00', '01a216242b3a09c68d721efd', 'administrator', 'create', 'application', '01a216242b22c5d562f3219a', NULL, NULL, 'system', 'bootstrap', NULL, NULL, NULL, true, '{"name": "Poolhouse"}', NULL, '', ''),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:53.622806+00', '01a2162464f6224409806755', 'administrator', 'import', 'user', NULL, NULL, NULL, 'system', 'command line', NULL, NULL, NULL, true, '{"source": "file:b4e2d7fcbfc7d1e06cfce4a3269c73c6f0331bc88c162ab0f8dec9578a6ec57a", "imported": 69}', NULL, 'poolhouse cli', ''),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:56.691932+00', '01a2162470f3af687820e949', 'administrator', 'create', 'field', 'school', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"key": "school", "dataType": "STRING", "targetType": "USER"}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162470e599ff70bdb766'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:56.706196+00', '01a2162471024490d465fece', 'administrator', 'create', 'field', 'level', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"key": "level", "dataType": "NUMBER", "targetType": "USER"}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162470e599ff70bdb766'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:56.718083+00', '01a21624710e431941b80d0e', 'administrator', 'create', 'field', 'secretNote', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"key": "secretNote", "dataType": "STRING", "targetType": "USER"}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162470e599ff70bdb766'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:57.250497+00', '01a2162473227a3395666f70', 'administrator', 'update', 'custom_data', '01a2162472a34b6924aa551a', '01a2162472a34b6924aa551a', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"keys": ["level", "school"], "targetType": "USER"}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162471fcab35fa197d21'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:57.262096+00', '01a21624732eac031b748353', 'administrator', 'create', 'user', '01a2162472a34b6924aa551a', '01a2162472a34b6924aa551a', '三儿', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162471fcab35fa197d21'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:57.644052+00', '01a2162474ac9db1c3d4384f', 'administrator', 'create', 'user', '01a21624749e9dcf88a4ddae', '01a21624749e9dcf88a4ddae', 'spelled', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624740ca022c5d07cf8'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:58.077332+00', '01a21624765d9088f822efb5', 'administrator', 'create', 'user', '01a2162476533ef4d07e7930', '01a2162476533ef4d07e7930', 'spelled-too', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624758ca2b15d58176d'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:58.487424+00', '01a2162477f7e8603169f5c1', 'administrator', 'create', 'user', '01a2162477e55f83b496eab6', '01a2162477e55f83b496eab6', 'abroad', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624771fe0d96d4829c8'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:58.930627+00', '01a2162479b22aa846fdaf5d', 'administrator', 'create', 'user', '01a21624799a85216bd352b3', '01a21624799a85216bd352b3', 'blanks', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162478e725bf5b323556'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:59.335894+00', '01a216247b47eef9240766b2', 'administrator', 'create', 'user', '01a216247b3997b4ce53d13d', '01a216247b3997b4ce53d13d', 'José', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a216247a79ef99894dee38'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:36:59.810382+00', '01a216247d2230a3d36d3d25', 'administrator', 'create', 'user', '01a216247d21355b7331121b', '01a216247d21355b7331121b', 'José', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a216247c4f1332dad417f3'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:00.306574+00', '01a216247f1264f92b0ee83f', 'administrator', 'create', 'user', '01a216247f0a6f58820b05c2', '01a216247f0a6f58820b05c2', 'weak', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a216247e1caa1639dd3efd'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:00.708457+00', '01a2162480a4fe028f59e534', 'administrator', 'create', 'user', '01a2162480a33245798646eb', '01a2162480a33245798646eb', 'blocked', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a216247fdc1d37faabd71b'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:01.155451+00', '01a2162482630ec44c3750f8', 'administrator', 'create', 'user', '01a21624825fc0ab0135eac1', '01a21624825fc0ab0135eac1', 'resigned', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a216248177bfc2295b0aef'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:01.582841+00', '01a21624840e151950ab2e08', 'administrator', 'create', 'user', '01a216248404d5998f9429ab', '01a216248404d5998f9429ab', 'archived', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a216248357e318f2bfdccf'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:01.915313+00', '01a21624855b89aadf77ae1d', 'administrator', 'create', 'user', '01a216248558b8e62121f359', '01a216248558b8e62121f359', 'closed', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162484bcc1e6ff0f30fc'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:02.292933+00', '01a2162486d44f4c7f49bf3b', 'administrator', 'create', 'user', '01a2162486d3a4fd8a7e307b', '01a2162486d3a4fd8a7e307b', 'second-step', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624863a655ea61d1ba6'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:02.677603+00', '01a216248855dcd04947d7ea', 'administrator', 'create', 'user', '01a21624884f9ab691d05ecc', '01a21624884f9ab691d05ecc', 'member', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162487bfd20cdae16d2f'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:02.914922+00', '01a216248942dbb81039779d', 'administrator', 'update', 'user', '01a216248558b8e62121f359', '01a216248558b8e62121f359', 'closed', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"changed": ["status"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624893201f2e02ce062'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:03.218154+00', '01a216248a72ad6391dcec32', 'administrator', 'update', 'user', '01a216248404d5998f9429ab', '01a216248404d5998f9429ab', 'archived', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"changed": ["status"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a216248a63ae273dd27b62'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:03.43199+00', '01a216248b477430db7dada1', 'administrator', 'update', 'department_member', NULL, '01a21624825fc0ab0135eac1', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"count": 1, "users": ["01a21624825fc0ab0135eac1"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a216248b37cf46774084f7'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:03.432289+00', '01a216248b4828ff9df051ff', 'administrator', 'resign', 'user', '01a21624825fc0ab0135eac1', '01a21624825fc0ab0135eac1', 'resigned', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a216248b37cf46774084f7'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:04.034452+00', '01a216248da21947a303f464', 'administrator', 'update', 'user', '01a2162480a33245798646eb', '01a2162480a33245798646eb', 'blocked', 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"changed": ["blocked"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a216248d984e9b40daebca'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:04.311363+00', '01a216248eb7e5afc1c82fc5', 'administrator', 'bind_mfa', 'mfa_factor', NULL, '01a2162486d3a4fd8a7e307b', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"method": "import"}', '127.0.0.1', 'python-httpx/0.28.1', '01a216248ea07f6b6f534030'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:04.492051+00', '01a216248f6ca8a86b9667ee', 'administrator', 'create', 'group', '01a216248f5dc7cff1d82cc0', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "staff", "name": "员工"}', '127.0.0.1', 'python-httpx/0.28.1', '01a216248f5c71ea4860c1bf'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:04.686416+00', '01a21624902ed3563c8b4137', 'administrator', 'add', 'group', '01a216248f5dc7cff1d82cc0', '01a2162472a34b6924aa551a', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "staff"}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162490135acc0536991b'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:04.686895+00', '01a21624902e4fd0ba0c211b', 'administrator', 'add', 'group', '01a216248f5dc7cff1d82cc0', '01a21624884f9ab691d05ecc', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "staff"}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162490135acc0536991b'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:04.916899+00', '01a216249114badb98ee3fd6', 'administrator', 'create', 'namespace', 'shop', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162490d7d4676db0b118'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:05.099511+00', '01a2162491cbed0fdff04134', 'administrator', 'create', 'role', '01a2162491c2a3765b6f3dde', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "boss", "name": "老板", "namespace": "default", "description": null}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162491b751afa4f73ecb'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:05.324696+00', '01a2162492ac3978057b2d2d', 'administrator', 'authorize', 'role', '01a2162491c2a3765b6f3dde', '01a2162472a34b6924aa551a', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "boss", "target": "USER:01a2162472a34b6924aa551a", "namespace": "default"}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249280910b02934950'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:05.325035+00', '01a2162492adb9c77a564214', 'administrator', 'authorize', 'role', '01a2162491c2a3765b6f3dde', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "boss", "target": "GROUP:01a216248f5dc7cff1d82cc0", "namespace": "default"}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249280910b02934950'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:05.579698+00', '01a2162493abd815e96f9cb0', 'administrator', 'create', 'role', '01a2162493ab539f3d98fe33', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "boss", "name": "老板", "namespace": "shop", "description": null}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249398b9bf7d785c23'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:05.779452+00', '01a216249473a90e2308c537', 'administrator', 'authorize', 'role', '01a2162493ab539f3d98fe33', '01a2162472a34b6924aa551a', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "boss", "target": "USER:01a2162472a34b6924aa551a", "namespace": "shop"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624946b2d5a97f84d51'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:05.78832+00', '01a21624947c4b6b886f7d1c', 'administrator', 'authorize', 'role', '01a2162493ab539f3d98fe33', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "boss", "target": "GROUP:01a216248f5dc7cff1d82cc0", "namespace": "shop"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624946b2d5a97f84d51'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:06.032391+00', '01a216249570902ec1d62db8', 'administrator', 'create', 'org', '01a216249564897530860849', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"name": "总公司"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624955a10d9aff0dc30'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:06.281793+00', '01a21624966905f77f98af75', 'administrator', 'create', 'department', '01a216249667a5687d87bf99', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"name": "销售"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624960f5f23d752412d'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:06.567334+00', '01a2162497873b3bac96bb67', 'administrator', 'create', 'department', '01a2162497854da7b83f6a2d', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"name": "华东"}', '127.0.0.1', 'python-httpx/0.28.1', '01a2162497670249bc8f0eaa'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:07.032401+00', '01a216249958eef6387203a0', 'administrator', 'add', 'department_member', '01a216249667a5687d87bf99', '01a2162472a34b6924aa551a', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"count": 1, "users": ["01a2162472a34b6924aa551a"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249920665ee45e6dc0'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:07.262348+00', '01a216249a3eb49be36ad18a', 'administrator', 'add', 'department_member', '01a2162497854da7b83f6a2d', '01a21624884f9ab691d05ecc', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"count": 1, "users": ["01a21624884f9ab691d05ecc"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249a121bdd75cb56cb'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:07.505205+00', '01a216249b31a3a0eba76d2d', 'administrator', 'add', 'department_member', '01a2162497854da7b83f6a2d', '01a2162472a34b6924aa551a', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"count": 1, "users": ["01a2162472a34b6924aa551a"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249b2ec4e43317f397'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:07.724994+00', '01a216249c0d895fe94c2f88', 'administrator', 'create', 'post', '01a216249c06a646397589fc', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249c0591d8400db2b0'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:07.980391+00', '01a216249d0c305991286c3f', 'administrator', 'add', 'post', NULL, '01a2162472a34b6924aa551a', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"posts": ["01a216249c06a646397589fc"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249cf776b1ad249dc2'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:08.223013+00', '01a216249dff5afe10ba1f16', 'administrator', 'create', 'resource', '01a216249df300aae6c57fa9', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"code": "orders", "namespace": "shop"}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249dcce86692596b60'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:08.505178+00', '01a216249f1952c8033cb6b7', 'administrator', 'authorize', 'resource', 'orders', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"targets": ["ROLE:01a2162493ab539f3d98fe33"], "namespace": "shop", "resources": ["orders"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a216249edf42eaf72a4ef9'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:08.764726+00', '01a21624a01c274ad2fd053c', 'administrator', 'create', 'application', '01a21624a01bb8a7f8d4e6bc', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"name": "内部"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a0186d833d6fdca6'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:08.903485+00', '01a21624a0a71a184fcf7865', 'administrator', 'update', 'application', '01a21624a01bb8a7f8d4e6bc', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"changed": ["default_access"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a098f6d03d04da30'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:09.100173+00', '01a21624a16c99a82e027485', 'administrator', 'allow', 'application_access', '01a21624a01bb8a7f8d4e6bc', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', '01a21624a01bb8a7f8d4e6bc', NULL, NULL, true, '{"targets": ["GROUP:01a216248f5dc7cff1d82cc0"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a14b973bb6b911bb'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:09.323427+00', '01a21624a24bbfe513bcf711', 'administrator', 'create', 'tenant', '01a21624a2161138610ca20b', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"name": "分店"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a20f88f36fa16aef');
INSERT INTO public.audit_records_2026_11 VALUES
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:09.577687+00', '01a21624a349372c923fc4bc', 'administrator', 'add', 'tenant_member', '01a21624a2161138610ca20b', '01a21624884f9ab691d05ecc', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a33d6f887b3e0de6'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:09.736049+00', '01a21624a3e85ea1f1cdd320', 'administrator', 'create', 'access_key', '01a21624a3d4790235159d44', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a3d3d722326c8690'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:09.89134+00', '01a21624a4832dbfe1c14895', 'administrator', 'update', 'user_pool', '01a216242b14ffde1cdef6b5', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"changed": ["token_expires_after", "verify_code_length"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a454e49c03e8b46b'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:10.106781+00', '01a21624a55a115c4cb8b4cf', 'administrator', 'update', 'mail_provider', NULL, NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"host": "127.0.0.1"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a5480138caa2bfb8'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:10.309549+00', '01a21624a6254a1e085dae1c', 'administrator', 'update', 'mail_template', 'welcome', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a5f371b627ae6ae4'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:10.515962+00', '01a21624a6f38a2da8ceb382', 'administrator', 'add', 'whitelist', NULL, NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"kind": "email", "count": 1, "values": ["guest@shop.example"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a6d712e78c5173b9'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:10.684577+00', '01a21624a79cf0fdfffdcef6', 'administrator', 'create', 'identity_source', '01a21624a79a9547eaf61dd1', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"name": "企业微信"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a794ba93ed439827'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:10.87927+00', '01a21624a85f4d7ead84a373', 'administrator', 'update', 'identity_source', '01a21624a79a9547eaf61dd1', NULL, NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"added": "01a21624a85d1e285182b422"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a83f29cbb1fc794e'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:11.087677+00', '01a21624a92f63c7b025499c', 'administrator', 'link_identity', 'identity', '01a21624a91d1dc8340a428c', '01a2162472a34b6924aa551a', NULL, 'administrator', '01a216242b14ffde1cdef6b5', NULL, NULL, NULL, true, '{"provider": "oidc"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624a8fb6ff338d7cdb1'),
	('01a21624cccef34a9b76d9d6', '2026-11-26 04:37:22.863513+00', '01a21624d72f97e5e6885b21', 'administrator', 'update', 'custom_database', '01a21624cccef34a9b76d9d6', NULL, NULL, 'administrator', '01a21624cccef34a9b76d9d6', NULL, NULL, NULL, true, '{"changed": ["connection", "database_type", "enabled", "env", "mode"]}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624d703ff003eaaea46'),
	('01a21624cccef34a9b76d9d6', '2026-11-26 04:37:24.218567+00', '01a21624dc7abad9efa10f69', 'administrator', 'create', 'custom_database_script', 'getUser', NULL, NULL, 'administrator', '01a21624cccef34a9b76d9d6', NULL, NULL, NULL, true, '{"version": 1}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624d8303ff7ac176b77'),
	('01a21624cccef34a9b76d9d6', '2026-11-26 04:37:24.407791+00', '01a21624dd3718d9f50e6c22', 'administrator', 'publish', 'custom_database_script', 'getUser', NULL, NULL, 'administrator', '01a21624cccef34a9b76d9d6', NULL, NULL, NULL, true, '{"version": 1}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624dd2765e34ccb569d'),
	('01a21624cccef34a9b76d9d6', '2026-11-26 04:37:24.605845+00', '01a21624ddfdc49d7254da5e', 'administrator', 'create', 'custom_database_script', 'login', NULL, NULL, 'administrator', '01a21624cccef34a9b76d9d6', NULL, NULL, NULL, true, '{"version": 1}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624ddf6581ae000eaf4'),
	('01a21624cccef34a9b76d9d6', '2026-11-26 04:37:24.7757+00', '01a21624dea70e48477c9c7e', 'administrator', 'publish', 'custom_database_script', 'login', NULL, NULL, 'administrator', '01a21624cccef34a9b76d9d6', NULL, NULL, NULL, true, '{"version": 1}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624dea3ab990ebae557'),
	('01a21624cccef34a9b76d9d6', '2026-11-26 04:37:25.12734+00', '01a21624e00708109927ab8e', 'administrator', 'create', 'custom_database_script', 'login', NULL, NULL, 'administrator', '01a21624cccef34a9b76d9d6', NULL, NULL, NULL, true, '{"version": 2}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624dfed8ebf39447616'),
	('01a21624cccef34a9b76d9d6', '2026-11-26 04:37:25.346638+00', '01a21624e0e2cef0655ea2e3', 'administrator', 'publish', 'custom_database_script', 'login', NULL, NULL, 'administrator', '01a21624cccef34a9b76d9d6', NULL, NULL, NULL, true, '{"version": 2}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624e0db552fa2b71bc4'),
	('01a21624cccef34a9b76d9d6', '2026-11-26 04:37:25.54842+00', '01a21624e1ac201a965b3c45', 'administrator', 'create', 'application', '01a21624e19f42040baf3963', NULL, NULL, 'administrator', '01a21624cccef34a9b76d9d6', NULL, NULL, NULL, true, '{"name": "商店"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624e1893aa7011a0dd1'),
	('01a21624cccef34a9b76d9d6', '2026-11-26 04:37:27.271341+00', '01a21624e867730b1ca878d8', 'user', 'login', 'user', '01a21624e808934159025714', '01a21624e808934159025714', 'legacy', 'anonymous', '', '01a21624e19f42040baf3963', NULL, NULL, true, '{"method": "password", "session": "01a21624e85e22484768453b"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624e33bfe499c4d5030'),
	('01a216242b14ffde1cdef6b5', '2026-11-26 04:37:27.68338+00', '01a21624ea03a62b25b5d0aa', 'user', 'login', 'user', '01a2162472a34b6924aa551a', '01a2162472a34b6924aa551a', '三儿', 'anonymous', '', '01a216242b22c5d562f3219a', NULL, NULL, true, '{"method": "password", "session": "01a21624ea02a33886bed63e"}', '127.0.0.1', 'python-httpx/0.28.1', '01a21624e984c21e217fc4e8');
INSERT INTO public.custom_databases VALUES
	('01a21624cccef34a9b76d9d6', true, 'LAZY_MIGRATION', 'postgresql', '{"memory_mb": 96, "timeout_ms": 10000, "allowed_hosts": [], "record_logins": true, "pooled_connections": false}', '\x01355f68dcde2353be8045176d255c8d112fbd549585b702377af6eaeb99141397615695958a26db302697132e9d19794c716ec8a6a636d04f64337a6f107df8222ab49285f12cc0dfe44dd59eb41857f5f613e9c22b0ee39cd9aafc0a2130f4fd9dacb091763c8929ff6c76b2c87a1736d8ff3640110020cd8e20f0abdab263ec75572dac412270e4d6bf3ff2737e4adbecd78e8b1109c07e70db405a56942b7403f769101a96871d2ce59bbc789ffdc79e791bf36c0ca7e1006617f0ee1864e79c5a660203a5ece92430aea424d5868a', '2026-11-26 04:37:22.855826+00', '2026-11-26 04:37:22.855826+00');
INSERT INTO public.custom_migrations VALUES
	('01a21624cccef34a9b76d9d6', 'migrated', 1, '2026-11-26 04:37:27.224197+00', '2026-11-26 04:37:27.224197+00');
INSERT INTO public.custom_script_logs VALUES
	('01a21624cccef34a9b76d9d6', '01a21624e6f24d1df9a11343', '2026-11-26 04:37:26.900232+00', 'login', 2, 1.965239, true, 'returned', NULL, NULL, '[]', '[]', 0, 0, '[{"email": null, "phone": null, "username": "legacy"}, "***"]', '01a21624e19f42040baf3963', '01a21624e33bfe499c4d5030', false),
	('01a21624cccef34a9b76d9d6', '01a216252756095059915339', '2026-11-26 04:37:43.405869+00', 'listUsers', NULL, 2.085267, false, 'threw', 'Please implement the List Users script for this database connection', 'Error: Please implement the List Users script for this database connection
    at listUsers (listUsers.js:2:9)', '[]', '[]', 0, 0, '[1, 1]', NULL, '01a216252724f7ab5594d317', false);
INSERT INTO public.custom_scripts VALUES
	('01a21624cccef34a9b76d9d6', 'getUser', 1, 'async function getUser(query, context) {
  return query.username === ''legacy'' || query.id === ''7'' ? { id: 7, username: ''legacy'' } : null;
}', '2026-11-26 04:37:24.195236+00', '01a21624cccef34a9b76d9d6'),
	('01a21624cccef34a9b76d9d6', 'login', 1, '// first
async function login(query, password, context) {
  if (password !== ''legacy-1'') throw new Error(''密码错误'');
  return { id: 7, username: query.username, email: ''legacy@shop.example'', name: ''老用户'' };
}', '2026-11-26 04:37:24.605355+00', '01a21624cccef34a9b76d9d6'),
	('01a21624cccef34a9b76d9d6', 'login', 2, 'async function login(query, password, context) {
  if (password !== ''legacy-1'') throw new Error(''密码错误'');
  return { id: 7, username: query.username, email: ''legacy@shop.example'', name: ''老用户'' };
}', '2026-11-26 04:37:25.124517+00', '01a21624cccef34a9b76d9d6');
INSERT INTO public.custom_scripts_published VALUES
	('01a21624cccef34a9b76d9d6', 'getUser', 1, '2026-11-26 04:37:24.403581+00', '01a21624cccef34a9b76d9d6'),
	('01a21624cccef34a9b76d9d6', 'login', 2, '2026-11-26 04:37:25.341152+00', '01a21624cccef34a9b76d9d6');
INSERT INTO public.field_definitions VALUES
	('01a216242b14ffde1cdef6b5', 'USER', 'school', 'STRING', '学校', NULL, '[]', '[]', false, false, false, true, false, false, '[]', NULL, '2026-11-26 04:36:56.691326+00', '2026-11-26 04:36:56.691326+00'),
	('01a216242b14ffde1cdef6b5', 'USER', 'level', 'NUMBER', '级别', NULL, '[]', '[]', false, false, false, true, false, false, '[]', NULL, '2026-11-26 04:36:56.702631+00', '2026-11-26 04:36:56.702631+00'),
	('01a216242b14ffde1cdef6b5', 'USER', 'secretNote', 'STRING', '备注', NULL, '[]', '[]', false, true, false, true, false, false, '[]', NULL, '2026-11-26 04:36:56.717716+00', '2026-11-26 04:36:56.717716+00');
INSERT INTO public.field_values VALUES
	('01a216242b14ffde1cdef6b5', 'USER', '01a2162472a34b6924aa551a', 'school', '"北大"', NULL, NULL, DEFAULT, '2026-11-26 04:36:57.23186+00'),
	('01a216242b14ffde1cdef6b5', 'USER', '01a2162472a34b6924aa551a', 'level', '7', NULL, NULL, DEFAULT, '2026-11-26 04:36:57.250001+00');
INSERT INTO public.group_members VALUES
	('01a216242b14ffde1cdef6b5', '01a216248f5dc7cff1d82cc0', '01a2162472a34b6924aa551a', '2026-11-26 04:37:04.685677+00'),
	('01a216242b14ffde1cdef6b5', '01a216248f5dc7cff1d82cc0', '01a21624884f9ab691d05ecc', '2026-11-26 04:37:04.686017+00');
INSERT INTO public.groups VALUES
	('01a216242b14ffde1cdef6b5', '01a216248f5dc7cff1d82cc0', 'staff', '员工', NULL, 'static', '2026-11-26 04:37:04.48794+00', '2026-11-26 04:37:04.48794+00');
INSERT INTO public.identity_connections VALUES
	('01a216242b14ffde1cdef6b5', '01a21624a85d1e285182b422', '01a21624a79a9547eaf61dd1', 'oidc', 'corp', '企业', '\x01355f68dc537d5041dd91f89931675d4535295e95ffb7d0de00115acb57b05bf37e1480518602f28cc5c7a93fe2ca0eb256395830d12080d9c861a98119625bfe73ce4a9a6c07c63f4483cca18207', '{}', NULL, false, false, '2026-11-26 04:37:10.87815+00', '2026-11-26 04:37:10.87815+00');
INSERT INTO public.identity_sources VALUES
	('01a216242b14ffde1cdef6b5', '01a21624a79a9547eaf61dd1', NULL, '企业微信', 'oidc', NULL, false, '2026-11-26 04:37:10.682245+00', '2026-11-26 04:37:10.682245+00');
INSERT INTO public.mail_providers VALUES
	('01a216242b14ffde1cdef6b5', 'custom', false, '127.0.0.1', 9, 'a@shop.example', '\x01355f68dc90cc0030f316c82843da0316ada47fbc3dcfd3a4b567e936255a4e42f136bb6f5a467e1349eb91', 'a@shop.example', 'tls', '2026-11-26 04:37:10.091222+00');
INSERT INTO public.mail_templates VALUES
	('01a216242b14ffde1cdef6b5', 'welcome', '欢迎', '您好 {{ user_name }}', '商店', '<p>欢迎, {{ user_name }}</p>', NULL, false, 86400, true, '2026-11-26 04:37:10.275554+00');
INSERT INTO public.mfa_factors VALUES
	('01a216242b14ffde1cdef6b5', '01a2162486d3a4fd8a7e307b', '01a216248eaa31d15d29a00a', '\x01355f68dcf7ea3c008e7a65df7aae7e0bdab79de1d4026ec62910b15f57d3b60896fa63fde1eec1feb552b5d72f839130', true, 0, '\x28b3a1fad31b46c8901a015cbd5dc5ca48cdd69361e089c21deb9b9933d6dc0d', '2026-11-26 04:37:04.298367+00');
INSERT INTO public.namespaces VALUES
	('01a216242b14ffde1cdef6b5', 'system', 1, '系统权限空间', NULL, NULL, '2026-11-26 04:37:04.869787+00', '2026-11-26 04:37:04.869787+00'),
	('01a216242b14ffde1cdef6b5', 'default', 2, '默认权限空间', NULL, NULL, '2026-11-26 04:37:04.892481+00', '2026-11-26 04:37:04.892481+00'),
	('01a216242b14ffde1cdef6b5', 'shop', 3, '商店', NULL, NULL, '2026-11-26 04:37:04.915274+00', '2026-11-26 04:37:04.915274+00');
INSERT INTO public.node_closure VALUES
	('01a216242b14ffde1cdef6b5', '01a216249564ef55f3680819', '01a216249564ef55f3680819', 0),
	('01a216242b14ffde1cdef6b5', '01a216249667a5687d87bf99', '01a216249667a5687d87bf99', 0),
	('01a216242b14ffde1cdef6b5', '01a216249564ef55f3680819', '01a216249667a5687d87bf99', 1),
	('01a216242b14ffde1cdef6b5', '01a2162497854da7b83f6a2d', '01a2162497854da7b83f6a2d', 0),
	('01a216242b14ffde1cdef6b5', '01a216249667a5687d87bf99', '01a2162497854da7b83f6a2d', 1),
	('01a216242b14ffde1cdef6b5', '01a216249564ef55f3680819', '01a2162497854da7b83f6a2d', 2);
INSERT INTO public.node_members VALUES
	('01a216242b14ffde1cdef6b5', '01a216249667a5687d87bf99', '01a2162472a34b6924aa551a', false, false, '2026-11-26 04:37:07.027533+00'),
	('01a216242b14ffde1cdef6b5', '01a2162497854da7b83f6a2d', '01a21624884f9ab691d05ecc', false, false, '2026-11-26 04:37:07.252931+00'),
	('01a216242b14ffde1cdef6b5', '01a2162497854da7b83f6a2d', '01a2162472a34b6924aa551a', false, false, '2026-11-26 04:37:07.504711+00');
INSERT INTO public.nodes VALUES
	('01a216242b14ffde1cdef6b5', '01a216249564ef55f3680819', '01a216249564897530860849', NULL, '总公司', 'acme', NULL, '{}', '{}', NULL, 0, false, true, NULL, '2026-11-26 04:37:06.01146+00', '2026-11-26 04:37:06.01146+00'),
	('01a216242b14ffde1cdef6b5', '01a216249667a5687d87bf99', '01a216249564897530860849', '01a216249564ef55f3680819', '销售', 'sales', NULL, '{}', '{}', NULL, 1, false, true, NULL, '2026-11-26 04:37:06.239172+00', '2026-11-26 04:37:06.239172+00'),
	('01a216242b14ffde1cdef6b5', '01a2162497854da7b83f6a2d', '01a216249564897530860849', '01a216249667a5687d87bf99', '华东', 'east', NULL, '{}', '{}', NULL, 2, false, true, NULL, '2026-11-26 04:37:06.563177+00', '2026-11-26 04:37:06.563177+00');
INSERT INTO public.oidc_grants VALUES
	('01a216242b14ffde1cdef6b5', '01a21624ea8bb3610f78b306', '01a216242b22c5d562f3219a', '01a2162472a34b6924aa551a', '01a21624ea02a33886bed63e', 'openid profile email phone offline_access', NULL, '2026-11-26 04:37:27.682591+00', '2026-11-26 04:37:27.827249+00', '2036-11-23 04:37:27.819331+00', NULL);
INSERT INTO public.oidc_refresh_tokens VALUES
	('01a216242b14ffde1cdef6b5', '\xd5d87ac94de6bdfc015aea600a7ded0101a0ef052795b66c15a4b73d265a0279', '01a21624ea8bb3610f78b306', '2036-11-23 04:37:27.819331+00', NULL);
INSERT INTO public.orgs VALUES
	('01a216242b14ffde1cdef6b5', '01a216249564897530860849', '01a216249564ef55f3680819', NULL, '2026-11-26 04:37:06.01146+00');
INSERT INTO public.policies VALUES
	('01a216242b14ffde1cdef6b5', '01a2162490fc601c452d2e75', 'default', 'AdministratorAccess', '管理员权限：允许对所有资源进行所有操作', true, '2026-11-26 04:37:04.893327+00', '2026-11-26 04:37:04.893327+00');
INSERT INTO public.policy_statements VALUES
	('01a216242b14ffde1cdef6b5', '01a2162490fc601c452d2e75', 0, 'ALLOW', '*', NULL, '{*}', '[]');
INSERT INTO public.pools VALUES
	('01a216242b14ffde1cdef6b5', 'Poolhouse', 'default', NULL, NULL, NULL, '\x01355f68dc444741af269675c380d1cfafcdb17f297acb5d0f79d3adcd5fa296707e44a3401221e96977e530dca7c9caaa7181914dd79023951b97728894119233', '{"token_expires_after": 315360000}', '2026-11-26 04:36:38.804505+00', '2026-11-26 04:37:09.878996+00'),
	('01a21624cccef34a9b76d9d6', '老店', 'pool-01a21624cccef34a9b76d9d6', NULL, NULL, NULL, '\x01355f68dcc404d0aad535552b41a86d6a32ef0730a9ee4e46a2a20b8942458ec2c7e76c3a87eb8af91952f09d74853ef60c7ce699477b5592e4f0798ef32dc718', '{}', '2026-11-26 04:37:20.215786+00', '2026-11-26 04:37:20.215786+00');
INSERT INTO public.post_users VALUES
	('01a216242b14ffde1cdef6b5', '01a216249c06a646397589fc', '01a2162472a34b6924aa551a', '2026-11-26 04:37:07.979116+00');
INSERT INTO public.posts VALUES
	('01a216242b14ffde1cdef6b5', '01a216249c06a646397589fc', 'manager', '经理', NULL, '2026-11-26 04:37:07.719203+00', '2026-11-26 04:37:07.719203+00');
INSERT INTO public.resource_grants VALUES
	('01a216242b14ffde1cdef6b5', 'shop', 'ROLE', '01a2162493ab539f3d98fe33', 'orders', 'API', '{orders:read}', true, '2026-11-26 04:37:08.499815+00');
INSERT INTO public.resources VALUES
	('01a216242b14ffde1cdef6b5', '01a216249df300aae6c57fa9', 'shop', 'orders', 'API', NULL, NULL, '[{"name": "orders:read", "description": "看"}, {"name": "orders:write", "description": "改"}]', NULL, '2026-11-26 04:37:08.219748+00', '2026-11-26 04:37:08.219748+00');
INSERT INTO public.role_assignments VALUES
	('01a216242b14ffde1cdef6b5', '01a2162491c2a3765b6f3dde', 'USER', '01a2162472a34b6924aa551a', NULL, NULL, '2026-11-26 04:37:05.323771+00'),
	('01a216242b14ffde1cdef6b5', '01a2162491c2a3765b6f3dde', 'GROUP', '01a216248f5dc7cff1d82cc0', NULL, NULL, '2026-11-26 04:37:05.324132+00'),
	('01a216242b14ffde1cdef6b5', '01a2162493ab539f3d98fe33', 'USER', '01a2162472a34b6924aa551a', NULL, NULL, '2026-11-26 04:37:05.777319+00'),
	('01a216242b14ffde1cdef6b5', '01a2162493ab539f3d98fe33', 'GROUP', '01a216248f5dc7cff1d82cc0', NULL, NULL, '2026-11-26 04:37:05.777371+00');
INSERT INTO public.roles VALUES
	('01a216242b14ffde1cdef6b5', '01a2162491c2a3765b6f3dde', 'default', 'boss', '老板', NULL, NULL, false, true, NULL, false, '2026-11-26 04:37:05.095706+00', '2026-11-26 04:37:05.095706+00'),
	('01a216242b14ffde1cdef6b5', '01a2162493ab539f3d98fe33', 'shop', 'boss', '老板', NULL, NULL, false, true, NULL, false, '2026-11-26 04:37:05.579464+00', '2026-11-26 04:37:05.579464+00');
INSERT INTO public.server_keys VALUES
	('password-transport', '\x01355f68dceffad8a9262162b2072e66d818ba9f0d0fe1366b273a0386f4b171e4247c6ca1d4bdc3def31f7c4daede6d60bd4c7ed0b396c27429a299885db93f4e02aea16d82a8d5089d956de83e92817c3398ff5afdd7c301689e9474aff755ba811c1a2a1a7348094d068382bef28d38b4dcc32d367a74a94268b22ad72956b65607f14f6d4904fa64e9043c241e7eec40fbe9782968a78df66a12ec00cf4f985d9a4274d1f3ebc41997cfad28a64c8bad70b18c8e60ed151c3a3c3df734b8df8b7f9e36c613c57bac03de64b62586b3541152b7012fc9c3f1552f6dbc15d57d9bc18b29f90d53c220300753bbe3232a23be0cb8a47401e8bc06ef594cb7c0dac30d8a062d7743234a3682b68a504faedaccc71a8287ce4105d3492fe6634f6fcffc1c91e5a58b450272da9ec9a3006a437cd4c1c98ce756f6942bb5cf97ccdf6e2f15f62af636309410e852ba1698293436c33e8c69409f35ffbf98c9b3317224f38a8966fa856ddb042cdb41d2b75ce7f471e0c34261eac8f326f1f8ddd856336df2989fe49cee1e523d9625a18ce38fc1d6af957d4a2419deb57268f27c9c4e525fb22a24ffeb936c40134d9be93e9affff11bfd9f45e110495e90ed0b3d99282e83e8d1d3c502ee97d2079849dae5891bc6d4e43de2a9ea8abbf4873a240b6dbeb4a74d7b76319305702de48a91170f55e12dc8cf2cf426e39e5f86397cf99b38a542329245b7d016ac0fb3c022deef3294f4f7e31c4f5c185a34de47cbe368c637fa42245fd3b7e8bac8c25ab4bd8deb36b1d7cfcbc4066a1991fa70667cae0372e2e85c7a89a56e3968726e73b055d047d382e789dcbc0bda04a3be26a941bc149dfdf88fd8c473e3f43f9f9b2bdf1588055a7ad44c746e093dea7185fb4e2b4ff39a054ae4a023ed1c943e43b47dc2b871e10013fc3daa55b6f20c297a8a470fcbeff3c2f9a2af9dcabe648794b31c3a0a21cc904ce1c28a3534d8764da0400c054030eaeb387cfe33c575d48f6fe3b2ba5b39eeb153669078a8cfafc31ce8f9ba6c2a2470deba6ba77b4cc285784e42768473cfa902bf9d7e636ab4e89ad2c6aa9024371bb589d9be8ffd9c66c37858613a211e92fef2bc19355d08af34a8ebd0caf9bbdca04c197d2bde65b1e40090e6c3a60a712dd035308d60634bbae0030a74925c158733016bd1bdc8b03580a65e0e0825f6adf066c3de65cb3f153c2b01768086f6974de8294ff85c373373dc3718f511067bc5e1429f28af3786653cd7c7c03d4edf176eec1a9c8933f5745c4b7f3ac80b4349f1d88b9ce423ad2764693a42a317fba46a1d235705b6b2f6fce20df1048b1a9c88cf5a98397b648a4cdfe8061b45883c6abd365ce05eb241e6863d3277b3a415a3e1ea6fee09b4bf6ce20639b37320eea63a428c34f36461131134fd1ad476213b0683201b728e6695af9dabf822a048589644ae40000709def793c0df7a80803271972346821eea0a5d748a0187937a67f29eb44e3ff56c758486f226266544c51c82d16aafaa949f4c7e60879de3926fe3efe73b420754185196b12c8a8963333cdc7975689d8c058da0f714c0960250dad762c29401473110fb4cc3b201140d016a1c9ae1d834cddd11c8247044440aabc6ffa1f8a77b1c8dfbd1689b7c230e86672925454467be69ef63fc5780405b95606d15df7f5cd5d3e3ff94cc99f20c2dc2a015df70e98f839e73fa7eb0d85c059b4c07df27daa29c79505b765203602fba31128ccf10fe904088a0d3f8186a90eb6b5084d428ca6574ea26632a974a6971906d233137dafa58e593870925aa01d4759c929f3439e1dee6fb10ae7efa70fa95ab8311f6e66c92c61421657fc288d2de6e41320ccde58d3b8caebaab071a4c31ea493abc4aa7357a18cb4584d60f4557f739150304492f5e4332d748f203149ba59c5387da94cee4dd029e5d259ecc68bd5d22b55910e26d0a39cca5d0377cfb24bf67ac64e869f894097cbae8d810d0586a022111a2a2635bf8e64686cb563e677c282dda7e083742cee7e5bb9cb21a1b1c9346703e9840fc212e22562ce614780f70bd0ab75681309b64fac22b73649645ebd1e9ed729b40c9d192ce6fe2d43cc13d9dca6652b99c7eabda365c5d507957282dbb3c021a195fbdeb8ae7162731e64907733b5434340bed09a9bb59effd666bd30fca93bc12817a4b4038f3db484aa81705149c9b5dbcf44e09d679a714d4037c9a16a15dab241ef2cd189dd96ded98194827ecd2f8893a23adaa9684379d8c17e11a82846d1a0200b77529ee8a9a8775ab022fbfb100b61e1720f2c035006d64a35a505b9bc985b200f5098073168038c4f44a4865f662c6f304d69bb74c5c8b2bd055a1f4715ac7c504336c80a1b4e96f4fb0b53ae9f299ac6108d1a46f80c9c6e22ed403213834ef7193bcb281091a983e99af1e491646bee8c7e1f292cc07f27f288ed7bc465831dd7df2493c1792f92c0c848a9686a648388ac26a3e4852fe648360301f401ec5e9993ba7bb6d1299ca1a5e8e0b4f6f8df31e4e178fe7635315dec1660dea9dd7b95bbf911be563252e65cf180b3fe35acc6a283b94ac0e349f6ebf1328851', '2026-11-26 04:36:38.469297+00');
INSERT INTO public.sessions VALUES
	('01a21624cccef34a9b76d9d6', '01a21624e85e22484768453b', '01a21624e808934159025714', '01a21624e19f42040baf3963', '', '127.0.0.1', 'python-httpx/0.28.1', '2026-11-26 04:37:27.262365+00', '2026-12-11 04:37:27+00'),
	('01a216242b14ffde1cdef6b5', '01a21624ea02a33886bed63e', '01a2162472a34b6924aa551a', '01a216242b22c5d562f3219a', '', '127.0.0.1', 'python-httpx/0.28.1', '2026-11-26 04:37:27.682591+00', '2036-11-23 04:37:27+00');
INSERT INTO public.signing_keys VALUES
	('01a216242b14ffde1cdef6b5', '01a216248cbfe92217999d53', 'management', '', 'first', 'HS256', '\x01355f68dc9e9da192a51894e2247a2a779268d8f45a4b8c51a1fcec66859dd8c9f4f699da4653582807b4670f72f28b9ca561528e40a37a01e5f4fcb864616ba7f3181d56f0fc1da50e62854cad250564b5af5974a65acc6ac745aed00e7ad763', '2026-11-26 04:37:03.809998+00'),
	('01a21624cccef34a9b76d9d6', '01a21624e8a8a537e6a3a679', 'app', '01a21624e19f42040baf3963', '490f319e00709aed3239638dc34db86b78dae4be8d1fd82d53eb1fcb72294e11', 'HS256', '\x01355f68dc29cca0c1ea2c877e1a26ecff0702d58cb9f993a201400095b83722be8161f515c7befb37db2b25a0fd74cbbfd3128155a669590529a2b1478d327178', '2026-11-26 04:37:27.337569+00'),
	('01a216242b14ffde1cdef6b5', '01a21624ea14076b3656ec99', 'app', '01a216242b22c5d562f3219a', '89ef1e9161f9a76d2fa0b45b837d81114a5cf8f3b39232b6f16912f791fc463e', 'HS256', '\x01355f68dc9e2a0cb527f04dae98dc769fe63762add46c75ec9137753c8bcb3028db93ffde7e25dbd425012ffb33160935b2eb73967449ef56f464cd37fdfbd2d5', '2026-11-26 04:37:27.700253+00'),
	('01a216242b14ffde1cdef6b5', '01a21624ecd52cea5affbd4f', 'rsa', '', 'first', 'RS256', '\x01355f68dc5fb18d3a03d6dc88341db37a7ac955b342a17f11c1c52959aac5b5d7060ba599ae11a8de7d6d929a9bc951f95170c798048d88dd70672114f021be4587c71aa2d8ddea914446dcd78fd78c485bfc72c1c985867c77154f611dfc3faba4862443d76c44539e9920678b9bb871cf7723cc88ba4054dbd8b4a1b85c20323f21f3d06adcb498d84bb89290f3bcd19f5bc5de60185b50fce61953e56224f19005fd07408336674440908fe391eb610ac274a013331a70911f846451777b2603f484899bbcf2a51df2b2f3cd3f7738c222ef5f24b2b35e797a7cd770c27c7bc8e641999ec5000060ce2bb65c61f4b9cda4b80ed9b17cc137769b90f9c0aa546359ce3d2952461cb6f5c4e6e1374e3c07b77c43baf1d84969ba47a4d9c27c3e16d59f39ba0bef3a173782bb64f986eec631ad5df43bcdf8f352e359c7aaaba154ef9078a13fe298291492199d1aa0d89a81782338618934796130412296e750590a6b291fcc96a6361496d68021778812ad10e28d334f2022a077f2ec83b662c5366d8265c9da7786da00d4a7194518571ab329ebbb8da073bf1340a29e8a32e95edb822ba29b2e089ea86159263627112624ef92c762f9105fa43a42f6d2de61fd39623ba34bcadf0f0d7019add4c24fe620b74753bb4a39c47457d74f9e247dd366889fe5eb02a63050c3457ed481370ca2cc3595783e9ea7e78adfdbbbd9ae7bec3a18216092432ff63be1c3063b0f46ab643b836f5023cb64e239e81d7086f7690da19edd88a32103e7ad97474484fe5b8162d470761480264424be4d9aab6fb6ce95fb5345abf3a3101c8072ad2d1b162e7081df88a04b971ac156425b1fec9926efded963618567f86b3139510b1444c623f1e5f23c7b17673f9c388bb63cecc6f5e7200c97b979c204929a5b37af6683a11bd9ab2baf58f658c67344bc6fb9c9d493d18e65ca29b58086f4dbfa3f72d45aaac27f537c1c48039c8438448b99d8bedcc625fb48ae98d54cfdbbbf6a781cd6f83891322d22b69a7b729ba2b781f0b6e9726a0f86c64de16b2be59627b798e166093e4e2b8d9da8131231fb42965e907003ff0121c0198186705db2d7a130c592f43483632e97f239a70977351d8ee7d2564a2164a0e821c43bced0c5d7e13a3396f12320d40f3f5c02b994f5c7883b17a048508df280ee5cbdeb21cce35e976d27636f856f45e7bf03ea769954cc1c6490d889280a5e2f74a9fb617ffbdeb3c9c09d8a4bdaa690089cbfefe2121771a84fddd1880c4e9a926481a69c968cf1b107f604dcd325f7a2b3ec5f4b15c1354584676697b5abfad79596da10cc9aa1823979752b36663cf9d6f8f4a1864ff4ba1458021abf2d6da5b9c12a5ccafc5956559c4b49b7b2debc4accabebde646cef04da64ff50c2aa03c52e247e318b9b7fe96b25a5af65431f2aff9f843ccfade749bf13e09e736fee429dc613d475f8de635e3e8344b3336416d401b4ed41507cddb4ead6dd712de2a560706043dcc94f89f4e58b2a5a72417917e7a486fbeeef59d1e29de6efd098e8e6ee2367b27f6fc87fe419b19e5f2fc2f553e3de5234b57f73750180fd1ed0325094d6307990ba693d98dfd90ea10ca92d3b070be9adc10c6458b4c80ce343d4ae087026ed43d548749ed94360195f74db7aa70f373f55edb1e8b06e28da1d7938316ad539d229ca35da85905b6c39bb20f06cce1144b123368d48bd2bd88caaf40b4c39e63b29e1dd0e0792c06ec42c4192242a23391f08bcf7c12a489bd7f49fe665997936191cc90fd1fec4beadc1129c7b12f8014f3fd82dfa3eb0e835beebaae475013306fe04d406e61cda2b5f1fe991abe059a8523b26db4d321ad1ec024deb244f1f29d1f33f4e672a0e616f176862faeed8f8352412e2c480cbb73f853aa22e70f7af65ba0aa5db8ab7796b561be8d7b950285d500bc513e1a955322500efa29c7bce7eaa2f341b9b656fecea2ab3cc9a1a30e98d1f599eeca3b8ba116173755c96af198f8f52fec7934973f8c85611ab6f7b24df4bcf69dd9169ee2a8c39954469b9765b4a4ee3813e7c241b156d061577ee4ad72434d21294ff2e9c4bd0fe10e7f9aacbf100641684bb4e3bb5f799639826b5a3e8639a6050d1829dc52bb67671b10d80fcd2a788feb860fe124506b10574336295bb047b0b36ccccb34b5bf60fab373f671ea98026fe94285bc16b4d75c7df5b98faf8c87d723deeff5a700fdf071b1ef4b557a1fd8e0b17898eaaaa7fb73a82282d34c05972d1d57ba6fd3cea0a830707bccacaa62395472cf822d4065d23f223dafaa281b5aa81b00d443cd90cb34fa2a5edec126a9f34428b5e404f1f8be400316323b89aa3148c4f317abab7b696433c183b50eb18128aa56735cb7a758aca1ac109000d8eb9d80d75d280b8f232a4d7432669c2b788b187b44464b95657', '2026-11-26 04:37:28.405422+00');
INSERT INTO public.tenant_apps VALUES
	('01a216242b14ffde1cdef6b5', '01a21624a2161138610ca20b', '01a21624a01bb8a7f8d4e6bc');
INSERT INTO public.tenant_members VALUES
	('01a216242b14ffde1cdef6b5', '01a21624a2161138610ca20b', '01a21624884f9ab691d05ecc', '01a21624a348c512d853e2ab', true, false, '2026-11-26 04:37:09.576258+00');
INSERT INTO public.tenants VALUES
	('01a216242b14ffde1cdef6b5', '01a21624a2161138610ca20b', '01a21624a2161138610ca20b', '分店', NULL, NULL, NULL, '01a216242b14ffde1cdef6b5', NULL, '{}', NULL, '{}', '2026-11-26 04:37:09.270645+00', '2026-11-26 04:37:09.270645+00');
INSERT INTO public.user_counts VALUES
	('01a216242b14ffde1cdef6b5', 7, 69),
	('01a216242b14ffde1cdef6b5', 15, 14),
	('01a21624cccef34a9b76d9d6', 14, 1);
INSERT INTO public.user_identities VALUES
	('01a216242b14ffde1cdef6b5', '01a2162464c866e42d27a270', '01a216246491d1eb3e8381fa', 'custom-database', 'old-0', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8ef3c0a24785f', '01a216246491bf36eb1e5686', 'custom-database', 'old-1', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8b6cabc36a718', '01a2162464918642e675a06a', 'custom-database', 'old-2', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8e8294c446641', '01a2162464917662278a2b5e', 'custom-database', 'old-3', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8ad27d85358d3', '01a21624649124f209d72fdd', 'custom-database', 'old-4', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8ef40e6cb6084', '01a216246491d9357fc78a19', 'custom-database', 'old-5', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c869afbea377f5', '01a21624649168f6b1fc1011', 'custom-database', 'old-6', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8251deafeb035', '01a2162464913a81d89ab2e2', 'custom-database', 'old-7', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8af2a2b92a95b', '01a216246491d95356d4e803', 'custom-database', 'old-8', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8c318e23b9bb1', '01a21624649155ac6c43076d', 'custom-database', 'old-9', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8d64933a2d205', '01a2162464915538ce3c9277', 'custom-database', 'old-10', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8444d4aa85903', '01a216246491acc0f0e47487', 'custom-database', 'old-11', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c813d6eca419ce', '01a21624649173585be41779', 'custom-database', 'old-12', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8b2a4eeacb2ea', '01a2162464915f27c109634e', 'custom-database', 'old-13', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8cc4032b70f7e', '01a216246491c0c76dec4ec3', 'custom-database', 'old-14', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8de3516e5db62', '01a216246491a8781f1f3862', 'custom-database', 'old-15', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8995756821e4f', '01a216246491149307af7893', 'custom-database', 'old-16', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8b5f802368ca7', '01a216246491e9cfeb4b20f3', 'custom-database', 'old-17', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8be6567156380', '01a216246491ca1bed23a174', 'custom-database', 'old-18', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8765b3ba9aa4d', '01a216246491e680e194cf31', 'custom-database', 'old-19', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c827edcc4a4406', '01a216246491773cc8a96758', 'custom-database', 'old-20', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8c78a8a4bc7ad', '01a216246491fbaa71925156', 'custom-database', 'old-21', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c856b8a1ef5b34', '01a216246491e198b1f16625', 'custom-database', 'old-22', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8e2eaedaa6f26', '01a216246491753e8f32a5d0', 'custom-database', 'old-23', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c84dbeb96a5552', '01a216246491f0c88b586f12', 'custom-database', 'old-24', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c88b1e9f084584', '01a2162464912d80865d94b4', 'custom-database', 'old-25', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c889bf8439b490', '01a216246491670c2203893f', 'custom-database', 'old-26', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8209c20e68abb', '01a21624649143b0a4d6c9ab', 'custom-database', 'old-27', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c89017d5a36df9', '01a21624649129cc0a73508a', 'custom-database', 'old-28', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c849f145fd4979', '01a2162464916f32a45a436a', 'custom-database', 'old-29', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c86c0e3f75f65c', '01a21624649172ecf642e801', 'custom-database', 'old-30', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c828fb6f46d73f', '01a216246491ddab1df4134e', 'custom-database', 'old-31', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8c7aef30fa76f', '01a21624649124e96ccfeef9', 'custom-database', 'old-32', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c819ed286f399d', '01a216246491f6b57f2e539a', 'custom-database', 'old-33', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8cee7aebb4ce3', '01a216246491c7cdab6dd062', 'custom-database', 'old-34', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8b56fce45977a', '01a2162464912c9a0599c707', 'custom-database', 'old-35', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c83f4dc481f1e1', '01a216246491a1e27350d7eb', 'custom-database', 'old-36', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c84c67b0b5901d', '01a216246491925952146ac8', 'custom-database', 'old-37', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8f0146f3e22bd', '01a216246491db4486f34ab5', 'custom-database', 'old-38', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8810b95b750b8', '01a216246491dbef0eb5e0ac', 'custom-database', 'old-39', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c890e0ad0681e7', '01a2162464915ea2beb97ea7', 'custom-database', 'old-40', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c834b4a2d28b6a', '01a216246491f2645fd5b5fd', 'custom-database', 'old-41', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c844de259089f4', '01a21624649172362f046cc2', 'custom-database', 'old-42', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c81a862c1e254d', '01a2162464914baf575b1c93', 'custom-database', 'old-43', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c897fa11e424e0', '01a21624649125faa238cf05', 'custom-database', 'old-44', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c80703d2b38d77', '01a21624649181014d379f0d', 'custom-database', 'old-45', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8628fe717828a', '01a216246491c3582af9ba42', 'custom-database', 'old-46', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8231c163bcf72', '01a2162464914d95da4cc735', 'custom-database', 'old-47', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c82e35ab3a2eb7', '01a2162464916a9b6a5b5d00', 'custom-database', 'old-48', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8b03c610f4c7e', '01a2162464917ef6700b82d8', 'custom-database', 'old-49', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00');
INSERT INTO public.user_identities VALUES
	('01a216242b14ffde1cdef6b5', '01a2162464c8393575985016', '01a21624649155d33ed97f77', 'custom-database', 'old-50', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c863509d3b216b', '01a2162464912c8171addcec', 'custom-database', 'old-51', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c80ccd4212126a', '01a21624649132e93405e862', 'custom-database', 'old-52', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c888e57e02baf8', '01a216246491dad744249da6', 'custom-database', 'old-53', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c84536782fe8fc', '01a216246491de42d1f15192', 'custom-database', 'old-54', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8300d3d92c755', '01a21624649171b0c2013d8c', 'custom-database', 'old-55', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8f853b8d5c3be', '01a216246491b42f5df730c8', 'custom-database', 'old-56', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8e6730a58cc21', '01a21624649119a43388ee1f', 'custom-database', 'old-57', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8d764a1ea1d01', '01a21624649146265f452154', 'custom-database', 'old-58', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c856559be0ccc7', '01a21624649192b3ea2f6ac1', 'custom-database', 'old-59', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c848319810ace1', '01a216246491cb38c7a0ceb9', 'custom-database', 'old-60', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c821f5109f7f55', '01a21624649100f0c4998311', 'custom-database', 'old-61', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8edf7f8612f97', '01a2162464912b2c226c986b', 'custom-database', 'old-62', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c844e49a8b4ac3', '01a21624649188afd8689982', 'custom-database', 'old-63', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c84b6524d4b87c', '01a21624649185d3b44a9bf4', 'custom-database', 'old-64', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c84b2510fa2070', '01a21624649104046d37e468', 'custom-database', 'old-65', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8932c4335e484', '01a2162464919836a5a6adb5', 'custom-database', 'old-66', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a2162464c8abfa3b26e237', '01a216246491578bb820024a', 'custom-database', 'old-native', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:36:53.487188+00'),
	('01a216242b14ffde1cdef6b5', '01a21624a91d1dc8340a428c', '01a2162472a34b6924aa551a', 'oidc', 'wx-1', 'openid', '01a21624a79a9547eaf61dd1', NULL, false, NULL, '{}', '2026-11-26 04:37:11.069021+00'),
	('01a21624cccef34a9b76d9d6', '01a21624e8287bceb623353f', '01a21624e808934159025714', 'custom-database', '7', 'generic', '', NULL, false, NULL, '{}', '2026-11-26 04:37:27.176869+00');
INSERT INTO public.user_imports VALUES
	('01a216242b14ffde1cdef6b5', 'file:b4e2d7fcbfc7d1e06cfce4a3269c73c6f0331bc88c162ab0f8dec9578a6ec57a', 69, 69, 0, 0, 0, '2026-11-26 04:36:52.680448+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00');
INSERT INTO public.users VALUES
	('01a216242b14ffde1cdef6b5', '01a216246491d1eb3e8381fa', 'Activated', 'hash apr_md5_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521842+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521823+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$apr1$83PANrqN$Z2Y8Jg37udmiwj9G4Hx.M1', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491bf36eb1e5686', 'Activated', 'hash argon2', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521851+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.52185+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$argon2id$v=19$m=64,t=1,p=4$710rBcB4bw0BAMC49/4/5w$702HrXfENqxpKvYXl2Ms9/ddJz6bvPpT+Ed0YAMN1l0', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464918642e675a06a', 'Activated', 'hash aspnet', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521855+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521854+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'AQAAAAEAAAPoAAAAEDAxMjM0NTY3ODlhYmNkZWbb1gQ8O3E1aOugRuldZvWrZ4GNvU905unBMZwblg7M2Q==', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464917662278a2b5e', 'Activated', 'hash atlassian_pbkdf2_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521859+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521857+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{PKCS5S2}Q6gVIkQoZYyxFgLg3FvLeUepBT9msZbGgKk4TAazvKXpE3kEkSMwVAHsDCHM6lYb', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649124f209d72fdd', 'Activated', 'hash bcrypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521868+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521867+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$2b$04$IZSF0j80Za6fHmWkR3a/UOpKSxANNfPFCWi3hZK1B3aErAjqc8KaS', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491d9357fc78a19', 'Activated', 'hash bcrypt_sha256', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521871+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.52187+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$bcrypt-sha256$v=2,t=2b,r=4$9bpkm5oNAobdpyoFqfXmQe$j6CAe8MV8bXHJKtE3OMx8HTCsSLmBV2', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649168f6b1fc1011', 'Activated', 'hash bsd_nthash', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521874+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521873+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$3$$af021d7b2fac737eb2647e6745c249cd', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464913a81d89ab2e2', 'Activated', 'hash bsdi_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521877+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521876+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '_3...XRyYId053yTWnd2', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491d95356d4e803', 'Activated', 'hash cta_pbkdf2_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.52188+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.52188+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$p5k2$a$3LtXKsW4VypF6H1vjbEWQg==$x3AaCLhfiEap8u6WLz1eDoEb4XQ=', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649155ac6c43076d', 'Activated', 'hash django scrypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521883+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521882+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'scrypt$1024$salt$8$1$IZ/BLBidZnAPIAihXpScfZQGO0B067W0qAgzuvTnTScfkZ9XMNoXzABh4WgQ49BQLMITWxOYik5lS4vO0PMD/w==', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464915538ce3c9277', 'Activated', 'hash django_argon2', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521885+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521884+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'argon2$argon2i$v=19$m=64,t=1,p=4$0JrzPqdUipGy9h7DWGtNCQ$1BcyOQniMIzQy8OF6Uax9c8Eiwd7U68DSb8tasmrv5Y', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491acc0f0e47487', 'Activated', 'hash django_bcrypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521888+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521888+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'bcrypt$$2b$04$b9rvalmcK4d23M2fH3XiRueGWu.VSA7ZJ0tA06bmaTNdvdXgsw/HS', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649173585be41779', 'Activated', 'hash django_bcrypt_sha256', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521891+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.52189+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'bcrypt_sha256$$2b$04$tEW6RqiScnbRdTISF6xd..ejFdr40VTX74Hd62DPlqhFwxrWvLPea', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464915f27c109634e', 'Activated', 'hash django_pbkdf2_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521893+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521893+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'pbkdf2_sha1$10$URlhzXJ5NvlI$ygElVUp5+v5vqId1Envywn4zQ2g=', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491c0c76dec4ec3', 'Activated', 'hash django_pbkdf2_sha256', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521898+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521897+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'pbkdf2_sha256$10$su8XkeD0UZxo$UCwXs5tQmQrSmx3MXaZr7uuR5JJcN3a+0zHN9c+FdaM=', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491a8781f1f3862', 'Activated', 'hash django_salted_md5', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521899+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521899+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'md5$7u3fP6I0h3Ur$94e6ea8a93a71d389b4ea30c9524ab77', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491149307af7893', 'Activated', 'hash django_salted_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521901+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521901+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'sha1$vkI8H1N0OWal$fd77655d6913164ab53d438107d68b0c006855f3', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491e9cfeb4b20f3', 'Activated', 'hash dlitz_pbkdf2_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521903+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521902+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$p5k2$a$NUU6AcI4/grjms0d$bohXeISAZgHxEqeqKgnUVo6gorlriczi', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491ca1bed23a174', 'Activated', 'hash fshp', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521905+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521904+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{FSHP1|16|10}KCXEOOf8fw8hpJQyxlir1VSDD8cFKuxS5jLea9+RXTa4Nh3khnoV8lfPEBI7We6S', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491e680e194cf31', 'Activated', 'hash grub_pbkdf2_sha512', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521906+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521906+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'grub.pbkdf2.sha512.10.ABB556AA95D2FAFFBF37C698D3DA3B078070CE596BAD756ECD19A314222484504A69CD9993F25EEB7D4F49E9FD3F27C4580BE11C4328A594720EA1F43E873006.6D1780BF1AA94036225A185FF1E4630DF6B9B0AD091EA6B161C20FE20A8694015E7ED50447DB46072B5EFA6B58434C534560DC7532E0A03A33FAF3E3449B6B50', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491773cc8a96758', 'Activated', 'hash hex_md5', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521908+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521908+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '1a9b2eec2b53a921b43fcf4968ae7be5', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491fbaa71925156', 'Activated', 'hash hex_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521909+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521909+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '9c62aa4b0e6b64b9469805367a0ee8ecadbdcc5f', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491e198b1f16625', 'Activated', 'hash hex_sha256', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521911+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521911+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'cb4a6856fb8b26c2234cab564669b4415d60a1a6279cbe6a2268a54a856c46a2', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491753e8f32a5d0', 'Activated', 'hash hex_sha512', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521913+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521912+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'bdde5cf2b86aa75f2d893153b153f3976b194ebe576a8337693a86f03467226f7f3d19a96f1511b6c3c908c42d566b55fcdb9f02e19185d3c9d61cd3997c345c', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491f0c88b586f12', 'Activated', 'hash hmac', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521917+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521916+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'hmac-sha256$key$9c7e8eeb4a02f18b0ad6b2eb9259f6a76b6601484cb1ac5433296ff9f856dd8d', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464912d80865d94b4', 'Activated', 'hash ldap argon2', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521918+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521918+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{ARGON2}$argon2id$v=19$m=64,t=1,p=4$rVWqFYKQUup9DyGkdA6BMA$3F778CNiLqGA3PfCfo3B8xDwNqHBKZkV4G5NHBY480k', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491670c2203893f', 'Activated', 'hash ldap_bcrypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.52192+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.52192+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{CRYPT}$2b$04$hrlsb4pnJCViMtxvNphL0.BhHyXVbF7u/vPezNssyd49F5Sr/tyla', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649143b0a4d6c9ab', 'Activated', 'hash ldap_hex_md5', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521922+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521921+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{MD5}1a9b2eec2b53a921b43fcf4968ae7be5', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649129cc0a73508a', 'Activated', 'hash ldap_hex_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521923+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521923+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{SHA}9c62aa4b0e6b64b9469805367a0ee8ecadbdcc5f', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464916f32a45a436a', 'Activated', 'hash ldap_md5', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521924+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521924+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{MD5}Gpsu7CtTqSG0P89JaK575Q==', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649172ecf642e801', 'Activated', 'hash ldap_md5_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521926+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521925+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{CRYPT}$1$f0Lcuzam$.ZdulsAx0EUGZE5pxgIiL1', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491ddab1df4134e', 'Activated', 'hash ldap_pbkdf2_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521927+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521927+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{PBKDF2}10$NWaMUep9L8VYSwnhXIsRYg$boX3oOqvUlZq7Wv51LM.0Qr44j0', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649124e96ccfeef9', 'Activated', 'hash ldap_pbkdf2_sha256', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521931+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.52193+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{PBKDF2-SHA256}10$u7d2jjHmnLPWmhPC2Jszhg$7q3iWm5Y0rvG6y.LSMCniUaTpPiBinuYs0T2FdWyU3Q', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491f6b57f2e539a', 'Activated', 'hash ldap_pbkdf2_sha512', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521932+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521932+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{PBKDF2-SHA512}10$OCfkHKM0ZmxNqbU2BgAgZA$ifiegUqajp5uFVylFep1/29/XHC/YkFI4lYnTxyW6SAIgQZUcQS9HbciPTNqLmYq329d8z8fEpKkU6lqz9FSTA', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491c7cdab6dd062', 'Activated', 'hash ldap_salted_md5', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521936+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521936+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{SMD5}7Jjp0U3ASx5o3VxRLwCKYkxJ6T0=', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464912c9a0599c707', 'Activated', 'hash ldap_salted_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521937+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521937+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{SSHA}ftECcT/rWXulIGLHQhSxOZHOA6AfQ0ip', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491a1e27350d7eb', 'Activated', 'hash ldap_salted_sha256', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521939+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521939+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{SSHA256}88EQxNT/uCUmj69/w0cWFXIoi6Eh4S9mLS7x58w6MXe/V2pNqdXa2w==', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491925952146ac8', 'Activated', 'hash ldap_salted_sha512', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521941+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.52194+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{SSHA512}ushGyjGYnOZQTNfD2YHXHTnkY21LDQqfKIPg2Sr1qgShlFkT08izQypMWglyBnBGG+9m1UCSpruIxwRCbHv5TJmTsraWEqKU', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491db4486f34ab5', 'Activated', 'hash ldap_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521942+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521942+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{SHA}nGKqSw5rZLlGmAU2eg7o7K29zF8=', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491dbef0eb5e0ac', 'Activated', 'hash ldap_sha256_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521944+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521944+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{CRYPT}$5$rounds=1000$SYdqbLjPc.0zq7cS$KQ3TWoCDBqDXizAsdGtRIjmSj.8RmFHwzhmIU551nk.', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464915ea2beb97ea7', 'Activated', 'hash ldap_sha512_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521945+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521945+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{CRYPT}$6$rounds=1000$uxhZlyLStS2Q2JF3$DpcVkc4zjo74lGB9pRUjleSC7RJTXg4vxhVdMfiHpB4ahtXY0JKgf59fD572IfmL4HqxkxY8Z6XTiJTGt0OUh/', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491f2645fd5b5fd', 'Activated', 'hash md5_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521947+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521947+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$1$iM/Mnvti$qO1yPk9ZxVE5PTnFXxPE00', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649172362f046cc2', 'Activated', 'hash mssql2000', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521949+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521949+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '0x0100B23686F0A62C308A744536F42FCB3135A1B3A1E40C95C3AA06CE4C6C0D398195514FC370172FBBDB6F8B0AAF', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464914baf575b1c93', 'Activated', 'hash mssql2005', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521951+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521951+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '0x0100702E25A4D870ED0F18BA9511EC37F59010C07087C4782687', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649125faa238cf05', 'Activated', 'hash mysql41', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521955+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521955+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '*CC245763AC2BEC9FA5345DB2CC24BE35E2FA7ACB', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649181014d379f0d', 'Activated', 'hash nested', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521957+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521956+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'md5-nested$abc$105edd2894f564b4bdd147cf86c10c28', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491c3582af9ba42', 'Activated', 'hash no salt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521958+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521958+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'md5$$1a9b2eec2b53a921b43fcf4968ae7be5', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464914d95da4cc735', 'Activated', 'hash oracle11', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.52196+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521959+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'S:D1D9DBB7D68A270041A4535C4E171298820B93F476B0BE2A671ADDA523BB', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464916a9b6a5b5d00', 'Activated', 'hash pbkdf2_sha1', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521961+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521961+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$pbkdf2$10$I8S4l/Kec24Nwdg7ZwwBAA$Ps34o9p2eAugxGwnmxzS/JbLQDw', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464917ef6700b82d8', 'Activated', 'hash pbkdf2_sha256', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521963+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521963+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$pbkdf2-sha256$10$1DonpLQWQojxnvPeuxdizA$b45WX/k6ko/arPU5Eu7/fonBGJU0ZDONw/SjXw9erRo', DEFAULT);
INSERT INTO public.users VALUES
	('01a216242b14ffde1cdef6b5', '01a21624649155d33ed97f77', 'Activated', 'hash pbkdf2_sha512', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521965+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521965+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$pbkdf2-sha512$10$g9D6f.9dSymlFCKk1BpjTA$pTL9MnWK2zqxQcF/Jni9KIKcuzz8dJQTqwW.daIiDed52xmli16zHvS7V29zTjXkmj9KeHs1abjje3uejdUs0A', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464912c8171addcec', 'Activated', 'hash php bcrypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521967+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521966+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$2y$04$LMBG9YQNFBR5UBLBpCuegOypymk11au0mQD2kEirBCbOUPa8IgVA6', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649132e93405e862', 'Activated', 'hash phpass', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521968+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521968+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$P$5PtvjC.3fGCqK.BPjyXAJY7Vs3kgik.', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491dad744249da6', 'Activated', 'hash postgres scram', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521971+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.52197+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'SCRAM-SHA-256$4096:c2FsdA==$kA9eYdNUdKnfd7MdOC3g50tRqfERuRpkIVnNLtt8g/Y=:spI0+sINaY+3tw9aYuIZKQ7W7p1b0CSGPX3BhUUEz1M=', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491de42d1f15192', 'Activated', 'hash salt first', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521975+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521974+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'sha256$salt$60cff67854a9211d2ac5ec3f4690fe8a6c45349b94697f41d553d005bfaed714', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649171b0c2013d8c', 'Activated', 'hash salt in hex', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521976+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521976+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'sha1-suffix$hex:00ff$2d09042348ec2aca36b06a181436f78bfa027dd1', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491b42f5df730c8', 'Activated', 'hash salt last', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521978+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521977+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'sha512-suffix$salt$187024134f343c8113ef14b6d103d78999ed6cc302c230f13f2839bfbcbd0a7d2e1db47855199d5f685a985b8edb700ebc110777b616016a9f72ec6638097e6d', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649119a43388ee1f', 'Activated', 'hash scram', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.52198+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521979+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$scram$10$QIgxBmAMYUyptVZK$sha-1=mJr9FBIEl5PgawDFn2OVV6z/KPE,sha-256=lzb55LiaHes7iN3LuPZjCPvrJv5oTxTsMoqn9R2.c.8,sha-512=5R1iMVGBzLZsfRhW.ogt4j3qWU864n.S4mtWN0bv9w7KJqz.FMWN3uFB8iuPGUxhIxly22xPbap49J4PG/uvqw', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649146265f452154', 'Activated', 'hash scrypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521982+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521981+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$scrypt$ln=8,r=8,p=1$JERo7Z0zBqC0tlaKkTKGEA$p5H1csW18CuLpz41wQgI3pBn9ofxhTdEy1qyrkTGqpw', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649192b3ea2f6ac1', 'Activated', 'hash sha1_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521983+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521983+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$sha1$10$o7qr5bFx$1KKqI0CVjH4bdC7fCiG0D8fNNv0m', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491cb38c7a0ceb9', 'Activated', 'hash sha256_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521985+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521984+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$5$rounds=1000$.Pm96lCU4Qd8iedm$lmX9383cOVjvf3lgFi9ygylqvxQ0FBjV/CihIPEZ0d8', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649100f0c4998311', 'Activated', 'hash sha512_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521986+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521986+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$6$rounds=1000$0C3UWEEtLqS8PUUD$VyYW0YlgdKj37wR2t7vRKGr8pC0Ki/jTx08uLznnit/YnZKKFHT46tOXALPOUbr701KSUJhMNZaxKkSVCLvJF1', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464912b2c226c986b', 'Activated', 'hash spring argon2', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521988+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521987+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{argon2}$argon2id$v=19$m=64,t=1,p=4$KIUQIiTEWIvxvteaM+b8vw$ToXWtmubnfXK6BJcuVxiVhxAvdqJhggjlVFsWcdosnE', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649188afd8689982', 'Activated', 'hash spring bcrypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521989+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521989+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '{bcrypt}$2a$04$fIsimquIrN.foRkm.fTOP.V82.T19Yot1wbv1SBhqrfUc.NuyUW.O', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649185d3b44a9bf4', 'Activated', 'hash sun_md5_crypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521993+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521993+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$md5,rounds=10$AhdPfkD5$$sd2c55iFTxY.xEHTVNYoj/', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624649104046d37e468', 'Activated', 'hash werkzeug pbkdf2', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521995+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521995+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'pbkdf2:sha256:10$salt$f1c8c378c615ed58c138127973c53ce3163a90c41998cd8ea3ef73ac493757c6', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464919836a5a6adb5', 'Activated', 'hash werkzeug scrypt', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521997+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521996+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', 'scrypt:1024:8:1$salt$219fc12c189d66700f2008a15e949c7d94063b4074ebb5b4a80833baf4e74d271f919f5730da17cc0061e16810e3d0502cc2135b13988a4e654b8bced0f303ff', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216246491578bb820024a', 'Activated', 'imported', 'lilei@shop.example', false, '13800000001', false, NULL, NULL, NULL, NULL, NULL, '李雷', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', '1990-05-06', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '商店', NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.521998+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.521998+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$argon2id$v=19$m=19456,t=2,p=1$U2CNLcsP0hrbQdO+/dnsOw$H+nrO34MImwkGvINNqORHhxRG9qywhGQSEXyxfJRJxY', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162464917da3fa0b550a', 'Activated', 'notAHash', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'F', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:53.522001+00', false, false, NULL, NULL, NULL, NULL, NULL, 'excel', NULL, false, '2026-11-26 04:36:53.522+00', NULL, NULL, '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '2026-11-26 04:36:53.487188+00', '$argon2id$v=19$m=19456,t=2,p=1$66PwnRb7l0411HsFDyFzMQ$nWPZjGWuHL1DwKNUuRi/87Fhc0tCzFNts5cV3eXys1k', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624749e9dcf88a4ddae', 'Activated', 'spelled', NULL, false, '+8613900000002', false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:57.636039+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:36:57.6302+00', NULL, NULL, '2026-11-26 04:36:57.636039+00', '2026-11-26 04:36:57.636039+00', '2026-11-26 04:36:57.636039+00', '$argon2id$v=19$m=19456,t=2,p=1$wxXFG4Z4tgvKPadre1dN8g$7v2VUMqG9+1fBHl8rawm2+3LsszFEWNkHl8a9UWex10', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162476533ef4d07e7930', 'Activated', 'spelled-too', NULL, false, '139 0000 0002', false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:58.073542+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:36:58.067369+00', NULL, NULL, '2026-11-26 04:36:58.073542+00', '2026-11-26 04:36:58.073542+00', '2026-11-26 04:36:58.073542+00', '$argon2id$v=19$m=19456,t=2,p=1$5DPvMysPhmfwqz3+8sgmxg$Pv8KtWr5Xg4UZ3K6tsI+KrPc8TcAQrIPnEzWCvluAYU', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162477e55f83b496eab6', 'Activated', 'abroad', NULL, false, '7700900123', false, '+44', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:58.470139+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:36:58.469913+00', NULL, NULL, '2026-11-26 04:36:58.470139+00', '2026-11-26 04:36:58.470139+00', '2026-11-26 04:36:58.470139+00', '$argon2id$v=19$m=19456,t=2,p=1$gPZHoOBspUxpoluEHFUenw$UqZbylOpJLyFOPOalbjpwiEsXoQO2eBYBj5SprmpQzA', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624799a85216bd352b3', 'Activated', 'blanks', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:58.906455+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:36:58.906118+00', NULL, NULL, '2026-11-26 04:36:58.906455+00', '2026-11-26 04:36:58.906455+00', '2026-11-26 04:36:58.906455+00', '$argon2id$v=19$m=19456,t=2,p=1$NbiiYNXqojI3z3yzFEgufw$M91HEILqznqwSL5h8SZWRXsKAL1CyqzBzVqWQAyfEg8', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216247b3997b4ce53d13d', 'Activated', 'José', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:59.32177+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:36:59.321571+00', NULL, NULL, '2026-11-26 04:36:59.32177+00', '2026-11-26 04:36:59.32177+00', '2026-11-26 04:36:59.32177+00', '$argon2id$v=19$m=19456,t=2,p=1$ODNbYOokGaL7K/sK4CPN2w$QIatT0Vt6oFGvTcre2qBY6b86ZzRGuq6QARwwJGvcIk', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216247d21355b7331121b', 'Activated', 'José', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:36:59.809323+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:36:59.80905+00', NULL, NULL, '2026-11-26 04:36:59.809323+00', '2026-11-26 04:36:59.809323+00', '2026-11-26 04:36:59.809323+00', '$argon2id$v=19$m=19456,t=2,p=1$YJ6NF9S3A3aR34ouUGhwOA$93Yb9I17EG3Rd8epfZSLCjKbTgmmHDBJttF2nfY+sjE', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216247f0a6f58820b05c2', 'Activated', 'weak', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:37:00.304654+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:37:00.298976+00', NULL, NULL, '2026-11-26 04:37:00.304654+00', '2026-11-26 04:37:00.304654+00', '2026-11-26 04:37:00.304654+00', '$argon2id$v=19$m=19456,t=2,p=1$OVjOjOOAQMvJHq+5IYXIlg$H6/KQozsufxKKPAz9IM703+MrnGzQqb1vw5PBHd7XRc', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162486d3a4fd8a7e307b', 'Activated', 'second-step', 'second@shop.example', false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:37:02.291585+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:37:02.291362+00', NULL, NULL, '2026-11-26 04:37:02.291585+00', '2026-11-26 04:37:02.291585+00', '2026-11-26 04:37:02.291585+00', '$argon2id$v=19$m=19456,t=2,p=1$EZHlvTla1v1BaVLVambkQA$BvzrrAcpdMErvbYrWAv0WOUevl0fBrPsjTaZjghRAG0', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624884f9ab691d05ecc', 'Activated', 'member', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'https://img.shop.example/m.png', 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:37:02.67428+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:37:02.671306+00', NULL, NULL, '2026-11-26 04:37:02.67428+00', '2026-11-26 04:37:02.67428+00', '2026-11-26 04:37:02.67428+00', '$argon2id$v=19$m=19456,t=2,p=1$OhtWFSQVneEqs7z1bctV+g$I8+u9dmOZ6dkgBI1MgQex8YgRyb3C+acf9k7DviIo4A', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216248558b8e62121f359', 'Suspended', 'closed', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:37:01.913123+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:37:01.912928+00', NULL, NULL, '2026-11-26 04:37:02.906012+00', '2026-11-26 04:37:01.913123+00', '2026-11-26 04:37:02.906012+00', '$argon2id$v=19$m=19456,t=2,p=1$uCUtGdcUUY2inKrZ14Dy1A$hfHdVj+OkRSKUdh0paVR6bBuZIwGlmD0O0/ApJyJIys', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a216248404d5998f9429ab', 'Archived', 'archived', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:37:01.572284+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:37:01.572103+00', NULL, NULL, '2026-11-26 04:37:03.212714+00', '2026-11-26 04:37:01.572284+00', '2026-11-26 04:37:03.212714+00', '$argon2id$v=19$m=19456,t=2,p=1$9+4sIoVN1eo5s5JeYT9X8w$8+rh/e3nh4v3qW9BJyQgpsbq7ks/KBBUuVPvBUvOXJs', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a21624825fc0ab0135eac1', 'Resigned', 'resigned', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:37:01.151546+00', false, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:37:01.151316+00', NULL, NULL, '2026-11-26 04:37:03.417032+00', '2026-11-26 04:37:01.151546+00', '2026-11-26 04:37:03.417032+00', '$argon2id$v=19$m=19456,t=2,p=1$lJ0RoakTFzXixj3FZuzS/w$EgztQf32DfvjCLsmOdpi+FPvuMuqo2lvmKKJ8tEDKWo', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162480a33245798646eb', 'Activated', 'blocked', NULL, false, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 0, NULL, NULL, NULL, '2026-11-26 04:37:00.707556+00', true, false, NULL, NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:37:00.707364+00', NULL, NULL, '2026-11-26 04:37:00.707556+00', '2026-11-26 04:37:00.707556+00', '2026-11-26 04:37:04.029075+00', '$argon2id$v=19$m=19456,t=2,p=1$FLV8jy65MaiuQRCdzS24dg$mOF0aksWkz8zY8vxSoM4M0WoS3GfbOumsiIg/FihDEc', DEFAULT),
	('01a21624cccef34a9b76d9d6', '01a21624e808934159025714', 'Activated', 'legacy', 'legacy@shop.example', false, NULL, false, NULL, NULL, NULL, NULL, NULL, '老用户', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'U', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{unknown}', 1, '2026-11-26 04:37:27.315453+00', '127.0.0.1', '01a21624e19f42040baf3963', '2026-11-26 04:37:27.176869+00', false, false, '2026-12-11 04:37:27+00', NULL, NULL, NULL, NULL, 'sync', NULL, false, '2026-11-26 04:37:27.176583+00', NULL, NULL, '2026-11-26 04:37:27.176869+00', '2026-11-26 04:37:27.176869+00', '2026-11-26 04:37:27.176869+00', '$argon2id$v=19$m=19456,t=2,p=1$gMHYi3FYVvn4Ncw5hf3fvg$zqJO0uKxTeOwFYKRmpsjYCcyIj5Onwwdn5UInyZUTws', DEFAULT),
	('01a216242b14ffde1cdef6b5', '01a2162472a34b6924aa551a', 'Activated', 'zhangsan', 'zhangsan@shop.example', true, '13900000001', false, '+86', 'emp-1', NULL, NULL, '三儿', '张三', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'M', '1990-05-06', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '杭州', NULL, NULL, '商店', NULL, NULL, NULL, '{unknown}', 1, '2026-11-26 04:37:27.691997+00', '127.0.0.1', '01a216242b22c5d562f3219a', '2026-11-26 04:36:57.123973+00', false, false, '2036-11-23 04:37:27+00', NULL, NULL, NULL, NULL, 'adminCreated', NULL, false, '2026-11-26 04:36:57.123666+00', NULL, NULL, '2026-11-26 04:36:57.123973+00', '2026-11-26 04:36:57.123973+00', '2026-11-26 04:36:57.123973+00', '$argon2id$v=19$m=19456,t=2,p=1$JOAiEKOHcS9MutlLQPaBOw$iUCkt5+4WE6HEseXc2jZDF9fBlNZ6rPKHdwdGWy3Pko', DEFAULT);
INSERT INTO public.whitelist_entries VALUES
	('01a216242b14ffde1cdef6b5', '', 'email', 'guest@shop.example', '2026-11-26 04:37:10.509459+00');
SELECT pg_catalog.setval('public.agreements_id_seq', 1, false);
SELECT pg_catalog.setval('public.namespaces_number_seq', 3, true);
ALTER TABLE ONLY public.access_accounts
    ADD CONSTRAINT access_accounts_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.access_key_uses
    ADD CONSTRAINT access_key_uses_pkey PRIMARY KEY (pool_id, key_id);
ALTER TABLE ONLY public.access_keys
    ADD CONSTRAINT access_keys_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.administrators
    ADD CONSTRAINT administrators_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.administrators
    ADD CONSTRAINT administrators_username_key UNIQUE (pool_id, username);
ALTER TABLE ONLY public.agreements
    ADD CONSTRAINT agreements_pkey PRIMARY KEY (pool_id, app_id, id);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.app_access
    ADD CONSTRAINT app_access_pkey PRIMARY KEY (pool_id, app_id, target_type, target_id);
ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_identifier_key UNIQUE (pool_id, identifier);
ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (pool_id, kind, subject);
ALTER TABLE ONLY public.audit_records
    ADD CONSTRAINT audit_records_pkey PRIMARY KEY (pool_id, at, id);
ALTER TABLE ONLY public.audit_records_2026_11
    ADD CONSTRAINT audit_records_2026_11_pkey PRIMARY KEY (pool_id, at, id);
ALTER TABLE ONLY public.audit_records_2026_12
    ADD CONSTRAINT audit_records_2026_12_pkey PRIMARY KEY (pool_id, at, id);
ALTER TABLE ONLY public.audit_records_2027_01
    ADD CONSTRAINT audit_records_2027_01_pkey PRIMARY KEY (pool_id, at, id);
ALTER TABLE ONLY public.audit_records_2027_02
    ADD CONSTRAINT audit_records_2027_02_pkey PRIMARY KEY (pool_id, at, id);
ALTER TABLE ONLY public.audit_records_default
    ADD CONSTRAINT audit_records_default_pkey PRIMARY KEY (pool_id, at, id);
ALTER TABLE ONLY public.base_field_settings
    ADD CONSTRAINT base_field_settings_pkey PRIMARY KEY (pool_id, key);
ALTER TABLE ONLY public.captchas
    ADD CONSTRAINT captchas_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.custom_databases
    ADD CONSTRAINT custom_databases_pkey PRIMARY KEY (pool_id);
ALTER TABLE ONLY public.custom_migrations
    ADD CONSTRAINT custom_migrations_pkey PRIMARY KEY (pool_id, outcome);
ALTER TABLE ONLY public.custom_script_logs
    ADD CONSTRAINT custom_script_logs_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.custom_scripts
    ADD CONSTRAINT custom_scripts_pkey PRIMARY KEY (pool_id, name, version);
ALTER TABLE ONLY public.custom_scripts_published
    ADD CONSTRAINT custom_scripts_published_pkey PRIMARY KEY (pool_id, name);
ALTER TABLE ONLY public.field_definitions
    ADD CONSTRAINT field_definitions_pkey PRIMARY KEY (pool_id, target_type, key);
ALTER TABLE ONLY public.field_values
    ADD CONSTRAINT field_values_pkey PRIMARY KEY (pool_id, target_type, target_id, key);
ALTER TABLE ONLY public.field_values
    ADD CONSTRAINT field_values_pool_id_target_type_key_unique_digest_key UNIQUE (pool_id, target_type, key, unique_digest);
ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_pkey PRIMARY KEY (pool_id, group_id, user_id);
ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_pool_id_code_key UNIQUE (pool_id, code);
ALTER TABLE ONLY public.identity_connection_states
    ADD CONSTRAINT identity_connection_states_pkey PRIMARY KEY (pool_id, connection_id, place, place_id);
ALTER TABLE ONLY public.identity_connections
    ADD CONSTRAINT identity_connections_identifier UNIQUE (pool_id, identifier);
ALTER TABLE ONLY public.identity_connections
    ADD CONSTRAINT identity_connections_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.identity_sources
    ADD CONSTRAINT identity_sources_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.mail_outbox
    ADD CONSTRAINT mail_outbox_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.mail_providers
    ADD CONSTRAINT mail_providers_pkey PRIMARY KEY (pool_id);
ALTER TABLE ONLY public.mail_templates
    ADD CONSTRAINT mail_templates_pkey PRIMARY KEY (pool_id, scene);
ALTER TABLE ONLY public.mfa_factors
    ADD CONSTRAINT mfa_factors_pkey PRIMARY KEY (pool_id, user_id);
ALTER TABLE ONLY public.namespaces
    ADD CONSTRAINT namespaces_pkey PRIMARY KEY (pool_id, code);
ALTER TABLE ONLY public.node_closure
    ADD CONSTRAINT node_closure_pkey PRIMARY KEY (pool_id, ancestor_id, descendant_id);
ALTER TABLE ONLY public.node_members
    ADD CONSTRAINT node_members_pkey PRIMARY KEY (pool_id, node_id, user_id);
ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_code_key UNIQUE (pool_id, org_id, code);
ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.oidc_codes
    ADD CONSTRAINT oidc_codes_pkey PRIMARY KEY (pool_id, digest);
ALTER TABLE ONLY public.oidc_grants
    ADD CONSTRAINT oidc_grants_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.oidc_refresh_tokens
    ADD CONSTRAINT oidc_refresh_tokens_pkey PRIMARY KEY (pool_id, digest);
ALTER TABLE ONLY public.orgs
    ADD CONSTRAINT orgs_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.policies
    ADD CONSTRAINT policies_code_key UNIQUE (pool_id, namespace, code);
ALTER TABLE ONLY public.policies
    ADD CONSTRAINT policies_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.policy_assignments
    ADD CONSTRAINT policy_assignments_pkey PRIMARY KEY (pool_id, policy_id, target_type, target_id);
ALTER TABLE ONLY public.policy_statements
    ADD CONSTRAINT policy_statements_pkey PRIMARY KEY (pool_id, policy_id, "position");
ALTER TABLE ONLY public.pool_environment
    ADD CONSTRAINT pool_environment_pkey PRIMARY KEY (pool_id, key);
ALTER TABLE ONLY public.pools
    ADD CONSTRAINT pools_domain_key UNIQUE (domain);
ALTER TABLE ONLY public.pools
    ADD CONSTRAINT pools_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.post_departments
    ADD CONSTRAINT post_departments_pkey PRIMARY KEY (pool_id, post_id, node_id);
ALTER TABLE ONLY public.post_users
    ADD CONSTRAINT post_users_pkey PRIMARY KEY (pool_id, post_id, user_id);
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_pool_id_code_key UNIQUE (pool_id, code);
ALTER TABLE ONLY public.resource_grants
    ADD CONSTRAINT resource_grants_pkey PRIMARY KEY (pool_id, target_type, target_id, namespace, resource);
ALTER TABLE ONLY public.resources
    ADD CONSTRAINT resources_code_key UNIQUE (pool_id, namespace, code);
ALTER TABLE ONLY public.resources
    ADD CONSTRAINT resources_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.role_assignments
    ADD CONSTRAINT role_assignments_pkey PRIMARY KEY (pool_id, role_id, target_type, target_id);
ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_pool_id_namespace_code_key UNIQUE (pool_id, namespace, code);
ALTER TABLE ONLY public.server_keys
    ADD CONSTRAINT server_keys_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_once UNIQUE (pool_id, purpose, app_id, fingerprint);
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.spent_signatures
    ADD CONSTRAINT spent_signatures_pkey PRIMARY KEY (pool_id, signature);
ALTER TABLE ONLY public.tenant_apps
    ADD CONSTRAINT tenant_apps_pkey PRIMARY KEY (pool_id, tenant_id, app_id);
ALTER TABLE ONLY public.tenant_members
    ADD CONSTRAINT tenant_members_id UNIQUE (pool_id, id);
ALTER TABLE ONLY public.tenant_members
    ADD CONSTRAINT tenant_members_pkey PRIMARY KEY (pool_id, tenant_id, user_id);
ALTER TABLE ONLY public.tenant_resources
    ADD CONSTRAINT tenant_resources_pkey PRIMARY KEY (pool_id, resource_id, tenant_id);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_code_key UNIQUE (pool_id, code);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.user_counts
    ADD CONSTRAINT user_counts_pkey PRIMARY KEY (pool_id, shard);
ALTER TABLE ONLY public.user_identities
    ADD CONSTRAINT user_identities_key UNIQUE (pool_id, user_id_in_idp, provider, type, ext_idp_id);
ALTER TABLE ONLY public.user_identities
    ADD CONSTRAINT user_identities_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.user_imports
    ADD CONSTRAINT user_imports_pkey PRIMARY KEY (pool_id, source);
ALTER TABLE ONLY public.user_password_history
    ADD CONSTRAINT user_password_history_pkey PRIMARY KEY (pool_id, user_id, set_at);
ALTER TABLE ONLY public.user_tombstones
    ADD CONSTRAINT user_tombstones_pkey PRIMARY KEY (pool_id, provider, user_id_in_idp);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_key UNIQUE (pool_id, email);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_external_id_key UNIQUE (pool_id, external_id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_phone_key UNIQUE (pool_id, phone);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (pool_id, id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_username_key UNIQUE (pool_id, username);
ALTER TABLE ONLY public.verification_codes
    ADD CONSTRAINT verification_codes_pkey PRIMARY KEY (pool_id, channel, target, purpose);
ALTER TABLE ONLY public.whitelist_entries
    ADD CONSTRAINT whitelist_entries_pkey PRIMARY KEY (pool_id, app_id, kind, value);
CREATE INDEX access_accounts_app ON public.access_accounts USING btree (pool_id, app_id, created_at DESC, id);
CREATE INDEX access_keys_id ON public.access_keys USING btree (id);
CREATE UNIQUE INDEX administrators_username ON public.administrators USING btree (username);
CREATE INDEX app_access_target ON public.app_access USING btree (pool_id, target_type, target_id);
CREATE UNIQUE INDEX apps_id ON public.apps USING btree (id);
CREATE INDEX attempts_end ON public.attempts USING btree (ends_at);
CREATE INDEX audit_records_app ON ONLY public.audit_records USING btree (pool_id, app_id, operation, at DESC) WHERE (app_id IS NOT NULL);
CREATE INDEX audit_records_2026_11_pool_id_app_id_operation_at_idx ON public.audit_records_2026_11 USING btree (pool_id, app_id, operation, at DESC) WHERE (app_id IS NOT NULL);
CREATE INDEX audit_records_newest ON ONLY public.audit_records USING btree (pool_id, kind, at DESC, id DESC);
CREATE INDEX audit_records_2026_11_pool_id_kind_at_id_idx ON public.audit_records_2026_11 USING btree (pool_id, kind, at DESC, id DESC);
CREATE INDEX audit_records_user ON ONLY public.audit_records USING btree (pool_id, user_id, at DESC) WHERE (user_id IS NOT NULL);
CREATE INDEX audit_records_2026_11_pool_id_user_id_at_idx ON public.audit_records_2026_11 USING btree (pool_id, user_id, at DESC) WHERE (user_id IS NOT NULL);
CREATE INDEX audit_records_2026_12_pool_id_app_id_operation_at_idx ON public.audit_records_2026_12 USING btree (pool_id, app_id, operation, at DESC) WHERE (app_id IS NOT NULL);
CREATE INDEX audit_records_2026_12_pool_id_kind_at_id_idx ON public.audit_records_2026_12 USING btree (pool_id, kind, at DESC, id DESC);
CREATE INDEX audit_records_2026_12_pool_id_user_id_at_idx ON public.audit_records_2026_12 USING btree (pool_id, user_id, at DESC) WHERE (user_id IS NOT NULL);
CREATE INDEX audit_records_2027_01_pool_id_app_id_operation_at_idx ON public.audit_records_2027_01 USING btree (pool_id, app_id, operation, at DESC) WHERE (app_id IS NOT NULL);
CREATE INDEX audit_records_2027_01_pool_id_kind_at_id_idx ON public.audit_records_2027_01 USING btree (pool_id, kind, at DESC, id DESC);
CREATE INDEX audit_records_2027_01_pool_id_user_id_at_idx ON public.audit_records_2027_01 USING btree (pool_id, user_id, at DESC) WHERE (user_id IS NOT NULL);
CREATE INDEX audit_records_2027_02_pool_id_app_id_operation_at_idx ON public.audit_records_2027_02 USING btree (pool_id, app_id, operation, at DESC) WHERE (app_id IS NOT NULL);
CREATE INDEX audit_records_2027_02_pool_id_kind_at_id_idx ON public.audit_records_2027_02 USING btree (pool_id, kind, at DESC, id DESC);
CREATE INDEX audit_records_2027_02_pool_id_user_id_at_idx ON public.audit_records_2027_02 USING btree (pool_id, user_id, at DESC) WHERE (user_id IS NOT NULL);
CREATE INDEX audit_records_default_pool_id_app_id_operation_at_idx ON public.audit_records_default USING btree (pool_id, app_id, operation, at DESC) WHERE (app_id IS NOT NULL);
CREATE INDEX audit_records_default_pool_id_kind_at_id_idx ON public.audit_records_default USING btree (pool_id, kind, at DESC, id DESC);
CREATE INDEX audit_records_default_pool_id_user_id_at_idx ON public.audit_records_default USING btree (pool_id, user_id, at DESC) WHERE (user_id IS NOT NULL);
CREATE INDEX captchas_asker ON public.captchas USING btree (pool_id, asker, expires_at);
CREATE INDEX captchas_expiry ON public.captchas USING btree (expires_at);
CREATE INDEX custom_script_logs_newest ON public.custom_script_logs USING btree (pool_id, at DESC, id);
CREATE INDEX custom_script_logs_old ON public.custom_script_logs USING btree (at);
CREATE INDEX field_values_by_number ON public.field_values USING btree (pool_id, target_type, key, number_value);
CREATE INDEX field_values_by_text ON public.field_values USING btree (pool_id, target_type, key, "left"((value #>> '{}'::text[]), 64));
CREATE INDEX group_members_newest ON public.group_members USING btree (pool_id, group_id, created_at DESC, user_id DESC);
CREATE INDEX group_members_of_user ON public.group_members USING btree (pool_id, user_id);
CREATE INDEX groups_newest ON public.groups USING btree (pool_id, created_at DESC, id DESC);
CREATE INDEX identity_connections_source ON public.identity_connections USING btree (pool_id, source_id);
CREATE INDEX identity_sources_tenant ON public.identity_sources USING btree (pool_id, tenant_id);
CREATE INDEX mail_outbox_due ON public.mail_outbox USING btree (next_attempt_at) WHERE (status = 'queued'::text);
CREATE INDEX mail_outbox_newest ON public.mail_outbox USING btree (pool_id, created_at DESC, id);
CREATE INDEX mail_outbox_user ON public.mail_outbox USING btree (pool_id, user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX node_closure_up ON public.node_closure USING btree (pool_id, descendant_id, depth, ancestor_id);
CREATE UNIQUE INDEX node_members_main ON public.node_members USING btree (pool_id, user_id) WHERE is_main;
CREATE INDEX node_members_user ON public.node_members USING btree (pool_id, user_id, node_id);
CREATE INDEX nodes_open_id ON public.nodes USING btree (pool_id, open_id) WHERE (open_id IS NOT NULL);
CREATE INDEX nodes_parent ON public.nodes USING btree (pool_id, parent_id, sort_order, id);
CREATE INDEX nodes_root_code ON public.nodes USING btree (pool_id, code, created_at) WHERE (parent_id IS NULL);
CREATE INDEX oidc_grants_session ON public.oidc_grants USING btree (pool_id, session_id);
CREATE INDEX oidc_grants_user ON public.oidc_grants USING btree (pool_id, user_id);
CREATE INDEX orgs_tenant ON public.orgs USING btree (pool_id, tenant_id) WHERE (tenant_id IS NOT NULL);
CREATE INDEX policy_assignments_target ON public.policy_assignments USING btree (pool_id, target_type, target_id);
CREATE INDEX post_departments_of_node ON public.post_departments USING btree (pool_id, node_id);
CREATE INDEX post_users_of_user ON public.post_users USING btree (pool_id, user_id);
CREATE INDEX posts_newest ON public.posts USING btree (pool_id, created_at DESC, id DESC);
CREATE INDEX resource_grants_resource ON public.resource_grants USING btree (pool_id, namespace, resource);
CREATE INDEX resources_newest ON public.resources USING btree (pool_id, namespace, created_at DESC, id);
CREATE INDEX role_assignments_newest ON public.role_assignments USING btree (pool_id, role_id, target_type, created_at DESC, target_id DESC);
CREATE INDEX role_assignments_of_target ON public.role_assignments USING btree (pool_id, target_type, target_id);
CREATE INDEX roles_by_parent ON public.roles USING btree (pool_id, parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX roles_newest ON public.roles USING btree (pool_id, namespace, created_at DESC, id DESC);
CREATE INDEX sessions_app ON public.sessions USING btree (pool_id, app_id, created_at DESC);
CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_user ON public.sessions USING btree (pool_id, user_id, created_at DESC);
CREATE INDEX spent_signatures_spent_at ON public.spent_signatures USING btree (spent_at);
CREATE INDEX tenant_apps_app ON public.tenant_apps USING btree (pool_id, app_id);
CREATE INDEX tenant_members_newest ON public.tenant_members USING btree (pool_id, tenant_id, joined_at DESC, user_id);
CREATE INDEX tenant_members_user ON public.tenant_members USING btree (pool_id, user_id);
CREATE INDEX tenant_resources_tenant ON public.tenant_resources USING btree (pool_id, tenant_id);
CREATE INDEX tenants_newest ON public.tenants USING btree (pool_id, created_at DESC, id);
CREATE INDEX tickets_expiry ON public.tickets USING btree (expires_at);
CREATE INDEX user_identities_user ON public.user_identities USING btree (pool_id, user_id);
CREATE INDEX users_newest ON public.users USING btree (pool_id, created_at DESC, id);
CREATE INDEX users_search ON public.users USING gin (search_key public.gin_trgm_ops);
CREATE INDEX users_status ON public.users USING btree (pool_id, status, created_at DESC, id) WHERE (status <> 'Activated'::text);
CREATE INDEX users_updated ON public.users USING btree (pool_id, updated_at DESC, id);
CREATE INDEX verification_codes_expiry ON public.verification_codes USING btree (expires_at);
ALTER INDEX public.audit_records_pkey ATTACH PARTITION public.audit_records_2026_11_pkey;
ALTER INDEX public.audit_records_app ATTACH PARTITION public.audit_records_2026_11_pool_id_app_id_operation_at_idx;
ALTER INDEX public.audit_records_newest ATTACH PARTITION public.audit_records_2026_11_pool_id_kind_at_id_idx;
ALTER INDEX public.audit_records_user ATTACH PARTITION public.audit_records_2026_11_pool_id_user_id_at_idx;
ALTER INDEX public.audit_records_pkey ATTACH PARTITION public.audit_records_2026_12_pkey;
ALTER INDEX public.audit_records_app ATTACH PARTITION public.audit_records_2026_12_pool_id_app_id_operation_at_idx;
ALTER INDEX public.audit_records_newest ATTACH PARTITION public.audit_records_2026_12_pool_id_kind_at_id_idx;
ALTER INDEX public.audit_records_user ATTACH PARTITION public.audit_records_2026_12_pool_id_user_id_at_idx;
ALTER INDEX public.audit_records_pkey ATTACH PARTITION public.audit_records_2027_01_pkey;
ALTER INDEX public.audit_records_app ATTACH PARTITION public.audit_records_2027_01_pool_id_app_id_operation_at_idx;
ALTER INDEX public.audit_records_newest ATTACH PARTITION public.audit_records_2027_01_pool_id_kind_at_id_idx;
ALTER INDEX public.audit_records_user ATTACH PARTITION public.audit_records_2027_01_pool_id_user_id_at_idx;
ALTER INDEX public.audit_records_pkey ATTACH PARTITION public.audit_records_2027_02_pkey;
ALTER INDEX public.audit_records_app ATTACH PARTITION public.audit_records_2027_02_pool_id_app_id_operation_at_idx;
ALTER INDEX public.audit_records_newest ATTACH PARTITION public.audit_records_2027_02_pool_id_kind_at_id_idx;
ALTER INDEX public.audit_records_user ATTACH PARTITION public.audit_records_2027_02_pool_id_user_id_at_idx;
ALTER INDEX public.audit_records_pkey ATTACH PARTITION public.audit_records_default_pkey;
ALTER INDEX public.audit_records_app ATTACH PARTITION public.audit_records_default_pool_id_app_id_operation_at_idx;
ALTER INDEX public.audit_records_newest ATTACH PARTITION public.audit_records_default_pool_id_kind_at_id_idx;
ALTER INDEX public.audit_records_user ATTACH PARTITION public.audit_records_default_pool_id_user_id_at_idx;
CREATE TRIGGER users_counted_in AFTER INSERT ON public.users REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.poolhouse_count_users();
CREATE TRIGGER users_counted_out AFTER DELETE ON public.users REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.poolhouse_count_users();
ALTER TABLE ONLY public.access_accounts
    ADD CONSTRAINT access_accounts_pool_id_app_id_fkey FOREIGN KEY (pool_id, app_id) REFERENCES public.apps(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.access_key_uses
    ADD CONSTRAINT access_key_uses_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.access_keys
    ADD CONSTRAINT access_keys_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.administrators
    ADD CONSTRAINT administrators_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.agreements
    ADD CONSTRAINT agreements_pool_id_app_id_fkey FOREIGN KEY (pool_id, app_id) REFERENCES public.apps(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.app_access
    ADD CONSTRAINT app_access_pool_id_app_id_fkey FOREIGN KEY (pool_id, app_id) REFERENCES public.apps(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.base_field_settings
    ADD CONSTRAINT base_field_settings_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.captchas
    ADD CONSTRAINT captchas_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.custom_databases
    ADD CONSTRAINT custom_databases_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.custom_migrations
    ADD CONSTRAINT custom_migrations_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.custom_script_logs
    ADD CONSTRAINT custom_script_logs_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.custom_scripts
    ADD CONSTRAINT custom_scripts_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.custom_scripts_published
    ADD CONSTRAINT custom_scripts_published_pool_id_name_version_fkey FOREIGN KEY (pool_id, name, version) REFERENCES public.custom_scripts(pool_id, name, version) ON DELETE CASCADE;
ALTER TABLE ONLY public.field_definitions
    ADD CONSTRAINT field_definitions_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.field_values
    ADD CONSTRAINT field_values_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.field_values
    ADD CONSTRAINT field_values_pool_id_target_type_key_fkey FOREIGN KEY (pool_id, target_type, key) REFERENCES public.field_definitions(pool_id, target_type, key) ON DELETE CASCADE;
ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_pool_id_group_id_fkey FOREIGN KEY (pool_id, group_id) REFERENCES public.groups(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.identity_connection_states
    ADD CONSTRAINT identity_connection_states_pool_id_connection_id_fkey FOREIGN KEY (pool_id, connection_id) REFERENCES public.identity_connections(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.identity_connections
    ADD CONSTRAINT identity_connections_pool_id_source_id_fkey FOREIGN KEY (pool_id, source_id) REFERENCES public.identity_sources(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.identity_sources
    ADD CONSTRAINT identity_sources_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.identity_sources
    ADD CONSTRAINT identity_sources_pool_id_tenant_id_fkey FOREIGN KEY (pool_id, tenant_id) REFERENCES public.tenants(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mail_outbox
    ADD CONSTRAINT mail_outbox_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mail_providers
    ADD CONSTRAINT mail_providers_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mail_templates
    ADD CONSTRAINT mail_templates_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.mfa_factors
    ADD CONSTRAINT mfa_factors_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.namespaces
    ADD CONSTRAINT namespaces_pool_id_app_id_fkey FOREIGN KEY (pool_id, app_id) REFERENCES public.apps(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.namespaces
    ADD CONSTRAINT namespaces_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.node_closure
    ADD CONSTRAINT node_closure_pool_id_descendant_id_fkey FOREIGN KEY (pool_id, descendant_id) REFERENCES public.nodes(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.node_members
    ADD CONSTRAINT node_members_pool_id_node_id_fkey FOREIGN KEY (pool_id, node_id) REFERENCES public.nodes(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_pool_id_org_id_fkey FOREIGN KEY (pool_id, org_id) REFERENCES public.orgs(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.oidc_codes
    ADD CONSTRAINT oidc_codes_pool_id_grant_id_fkey FOREIGN KEY (pool_id, grant_id) REFERENCES public.oidc_grants(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.oidc_grants
    ADD CONSTRAINT oidc_grants_pool_id_app_id_fkey FOREIGN KEY (pool_id, app_id) REFERENCES public.apps(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.oidc_grants
    ADD CONSTRAINT oidc_grants_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.oidc_refresh_tokens
    ADD CONSTRAINT oidc_refresh_tokens_pool_id_grant_id_fkey FOREIGN KEY (pool_id, grant_id) REFERENCES public.oidc_grants(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.orgs
    ADD CONSTRAINT orgs_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.policies
    ADD CONSTRAINT policies_pool_id_namespace_fkey FOREIGN KEY (pool_id, namespace) REFERENCES public.namespaces(pool_id, code) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ONLY public.policy_assignments
    ADD CONSTRAINT policy_assignments_pool_id_policy_id_fkey FOREIGN KEY (pool_id, policy_id) REFERENCES public.policies(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.policy_statements
    ADD CONSTRAINT policy_statements_pool_id_policy_id_fkey FOREIGN KEY (pool_id, policy_id) REFERENCES public.policies(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.pool_environment
    ADD CONSTRAINT pool_environment_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.post_departments
    ADD CONSTRAINT post_departments_pool_id_post_id_fkey FOREIGN KEY (pool_id, post_id) REFERENCES public.posts(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.post_users
    ADD CONSTRAINT post_users_pool_id_post_id_fkey FOREIGN KEY (pool_id, post_id) REFERENCES public.posts(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.resource_grants
    ADD CONSTRAINT resource_grants_pool_id_namespace_fkey FOREIGN KEY (pool_id, namespace) REFERENCES public.namespaces(pool_id, code) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ONLY public.resources
    ADD CONSTRAINT resources_pool_id_namespace_fkey FOREIGN KEY (pool_id, namespace) REFERENCES public.namespaces(pool_id, code) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ONLY public.role_assignments
    ADD CONSTRAINT role_assignments_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.role_assignments
    ADD CONSTRAINT role_assignments_pool_id_role_id_fkey FOREIGN KEY (pool_id, role_id) REFERENCES public.roles(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_pool_id_parent_id_fkey FOREIGN KEY (pool_id, parent_id) REFERENCES public.roles(pool_id, id) ON DELETE SET NULL (parent_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenant_apps
    ADD CONSTRAINT tenant_apps_pool_id_app_id_fkey FOREIGN KEY (pool_id, app_id) REFERENCES public.apps(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenant_apps
    ADD CONSTRAINT tenant_apps_pool_id_tenant_id_fkey FOREIGN KEY (pool_id, tenant_id) REFERENCES public.tenants(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenant_members
    ADD CONSTRAINT tenant_members_pool_id_tenant_id_fkey FOREIGN KEY (pool_id, tenant_id) REFERENCES public.tenants(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenant_resources
    ADD CONSTRAINT tenant_resources_pool_id_resource_id_fkey FOREIGN KEY (pool_id, resource_id) REFERENCES public.resources(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenant_resources
    ADD CONSTRAINT tenant_resources_pool_id_tenant_id_fkey FOREIGN KEY (pool_id, tenant_id) REFERENCES public.tenants(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_counts
    ADD CONSTRAINT user_counts_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_identities
    ADD CONSTRAINT user_identities_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_imports
    ADD CONSTRAINT user_imports_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_password_history
    ADD CONSTRAINT user_password_history_pool_id_user_id_fkey FOREIGN KEY (pool_id, user_id) REFERENCES public.users(pool_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_tombstones
    ADD CONSTRAINT user_tombstones_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.verification_codes
    ADD CONSTRAINT verification_codes_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.whitelist_entries
    ADD CONSTRAINT whitelist_entries_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES public.pools(id) ON DELETE CASCADE;
