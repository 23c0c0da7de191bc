"""The walk of the v3 clients: the documented calls in an order in which each finds what it needs.

The clients are made of one description, so their methods have the same names but for the spelling, and one walk
serves all. A step is an object:

    {"call": name, "client": "management" | "authentication", "method": camel case, "params": {...} or None,
     "args": [...], "token": text or None, "plain": True, "expect": {path: value}}

`spelled`: the method's name by language, where it differs by more than its spelling. `args` in place of `params`: the
method takes them one by one. `names`: those of `params` by language, where a client calls them otherwise. `plain`: its
answer is no envelope.

In all of them {"$": "createUser.data.userId"} stands for part of an earlier call's answer, {"$code": address} for the
newest code sent there, {"$authorization": account} for the code that OpenID Connect's redirect brings. A call has
passed when the answer, as the client decoded it, has statusCode 200 and at each path of `expect` that value; None there
means anything but nothing.
"""

from __future__ import annotations

from typing import Any

Step = dict[str, Any]

PASSWORD = "correct horse"
NEW_PASSWORD = "staple battery"


def ref(path: str) -> dict[str, str]:
    return {"$": path}


def management(method: str, params: Any = None, *, case: str = "", **expect: Any) -> Step:
    return _step("management", method, params, case, expect)


def plain(
    method: str, *args: Any, case: str = "", spelled: dict[str, str] | None = None, **expect: Any
) -> Step:
    """A call of the authentication client that takes texts and gives a document of OpenID Connect."""
    step = _step("authentication", method, None, case, {})
    return step | {"args": list(args), "plain": True, "spelled": spelled or {}, "expect": expect}


def sign_in(
    method: str,
    params: Any = None,
    *,
    case: str = "",
    token: Any = None,
    names: dict[str, dict[str, str]] | None = None,
    **expect: Any,
) -> Step:
    return _step("authentication", method, params, case, expect) | {"token": token, "names": names or {}}


def _step(client: str, method: str, params: Any, case: str, expect: dict[str, Any]) -> Step:
    """`expect`: by paths below `data`, with `__` for a dot; `data` is the answer's data itself."""
    paths = {
        "data" if path == "data" else "data." + path.replace("__", "."): value
        for path, value in expect.items()
    }
    call = f"{method} ({case})" if case else method
    return {"call": call, "client": client, "method": method, "params": params, "expect": paths}


ANN = ref("createUser.data.userId")
BOB = ref("createUser (everything).data.userId")
LEAF = ref("createDepartment.data.departmentId")
POST = ref("createPost.data.id")
APP = ref("createApplication.data.appId")
TENANT = ref("createTenant.data.tenantId")

FIELDS = [
    management(
        "setCustomFields",
        {
            "list": [
                {"targetType": "USER", "key": "school", "dataType": "STRING", "label": "School"},
                {"targetType": "USER", "key": "age", "dataType": "NUMBER", "label": "Age"},
                {"targetType": "GROUP", "key": "room", "dataType": "STRING", "label": "Room"},
                {
                    "targetType": "USER",
                    "key": "size",
                    "dataType": "ENUM",
                    "label": "Size",
                    "options": [{"value": "m", "label": "M"}],
                },
            ]
        },
    ),
    management("getCustomFields", {"targetType": "USER"}, **{"0__key": None}),
    management("listCustFields", {"targetType": "USER"}, list=None),
    management("getUserBaseFields", data=None),
    management("listUserBaseFields", {"targetType": "USER"}, list=None),
    management("setUserBaseFields", {"list": [{"key": "username", "label": "Login"}]}, data=None),
]

USERS = [
    management(
        "createUser",
        {"username": "ann", "password": PASSWORD, "email": "ann@example.com", "phone": "18800001111"},
        username="ann",
        status="Activated",
    ),
    management(
        "createUser",
        {
            "username": "bob",
            "email": "bob@example.com",
            "emailVerified": True,
            "password": PASSWORD,
            "name": "Bob",
            "gender": "M",
            "birthdate": "1990-01-02",
            "externalId": "B-1",
            "status": "Activated",
            "customData": {"school": "MIT", "age": 30, "size": "m"},
            "options": {"keepPassword": False, "resetPasswordOnFirstLogin": False},
        },
        case="everything",
        externalId="B-1",
        gender="M",
    ),
    management(
        "createUsersBatch",
        {"list": [{"username": "cyd", "password": PASSWORD}, {"username": "dan", "phone": "18800002222"}]},
        **{"1__username": "dan"},
    ),
    management("getUser", {"userId": ANN, "withCustomData": True}, username="ann"),
    management(
        "getUser",
        {"userId": "bob", "userIdType": "username", "withCustomData": True},
        case="by username",
        customData__school="MIT",
    ),
    management("getUserBatch", {"userIds": [ANN, BOB], "withDepartmentIds": True}, **{"1__userId": None}),
    management(
        "listUsers", {"keywords": "bob", "options": {"pagination": {"page": 1, "limit": 5}}}, totalCount=1
    ),
    management(
        "listUsers",
        {
            "advancedFilter": [{"field": "username", "operator": "IN", "value": ["ann", "bob"]}],
            "options": {"sort": [{"field": "createdAt", "order": "desc"}], "withCustomData": True},
        },
        case="advanced filter",
        totalCount=2,
    ),
    management("listUsersLegacy", {"page": 1, "limit": 10, "withCustomData": True}, totalCount=4),
    management("updateUser", {"userId": ANN, "nickname": "Annie", "name": "Ann"}, nickname="Annie"),
    management("updateUserBatch", {"list": [{"userId": ANN, "city": "Berlin"}]}, **{"0__city": "Berlin"}),
    management("isUserExists", {"username": "ann"}, exists=True),
    management(
        "setCustomData",
        {"targetType": "USER", "targetIdentifier": ANN, "list": [{"key": "school", "value": "ETH"}]},
        success=True,
    ),
    management("getCustomData", {"targetType": "USER", "targetIdentifier": ANN}, school="ETH"),
    management("getUserIdentities", {"userId": ANN}, data=None),
    management("getUserPrincipalAuthenticationInfo", {"userId": ANN}, data=None),
    management("getUserMfaInfo", {"userId": ANN}, data=None),
    management("getUserMfaStatus", {"userId": ANN}),
    management("getUserAccessibleApps", {"userId": ANN}, data=None),
    management("getUserAuthorizedApps", {"userId": ANN}, data=None),
    management("getUserLoggedinApps", {"userId": ANN}, data=None),
    management("getUserLoggedinIdentities", {"userId": ANN}, data=None),
    management("getUserLoginHistory", {"userId": ANN}, list=None),
    management("checkSessionStatus", {"appId": ref("given.appId"), "userId": ANN}, active=None),
    management(
        "importOtp",
        {"list": [{"userId": ref("createUsersBatch.data.0.userId"), "otp": {"secret": "JBSWY3DPEHPK3PXP"}}]},
    ),
    management(
        "getOtpSecretByUser", {"userId": ref("createUsersBatch.data.0.userId")}, secret="JBSWY3DPEHPK3PXP"
    ),
]

GROUPS = [
    management(
        "createGroup",
        {"code": "staff", "name": "Staff", "description": "all", "type": "STATIC"},
        code="staff",
    ),
    management(
        "createGroupsBatch", {"list": [{"code": "one", "name": "One"}, {"code": "two", "name": "Two"}]}
    ),
    management("createOrUpdateGroup", {"code": "three", "name": "Three", "type": "STATIC"}, created=True),
    management("getGroup", {"code": "staff"}, name="Staff"),
    management("listGroups", {"keywords": "Sta", "page": 1, "limit": 10}, totalCount=1),
    management("getAllGroups", {"fetchMembers": False}, **{"0__code": None}),
    management("updateGroup", {"code": "staff", "name": "Crew", "description": "every"}, name="Crew"),
    management("addGroupMembers", {"code": "staff", "userIds": [ANN, BOB]}, success=True),
    management("listGroupMembers", {"code": "staff", "withCustomData": True}, totalCount=2),
    management("getUserGroups", {"userId": ANN}, totalCount=1),
    management("getGroupAuthorizedResources", {"code": "staff"}, data=None),
    management("removeGroupMembers", {"code": "staff", "userIds": [BOB]}, success=True),
    management("deleteGroupsBatch", {"codeList": ["one", "two"]}, success=True),
]

RESOURCES = [
    management("createNamespace", {"code": "shop", "name": "Shop", "description": "sells"}, code="shop"),
    management(
        "createNamespacesBatch", {"list": [{"code": "n1", "name": "N1"}, {"code": "n2", "name": "N2"}]}
    ),
    management("getNamespace", {"code": "shop"}, name="Shop"),
    management("getNamespacesBatch", {"codeList": ["n1", "n2"]}, **{"1__code": None}),
    management("listNamespaces", {}, list=None),
    management("updateNamespace", {"code": "shop", "name": "The shop"}, name="The shop"),
    management(
        "createResource",
        {
            "code": "book",
            "type": "API",
            "namespace": "shop",
            "name": "Book",
            "apiIdentifier": "https://example.com/books",
            "actions": [
                {"name": "read", "description": "to read"},
                {"name": "write", "description": "to write"},
            ],
        },
        code="book",
        type="API",
    ),
    management(
        "createResourcesBatch",
        {
            "namespace": "shop",
            "list": [{"code": "pen", "type": "DATA", "name": "Pen", "actions": [{"name": "sell"}]}],
        },
        success=True,
    ),
    management("getResource", {"code": "book", "namespace": "shop"}, actions__0__name="read"),
    management("getResourcesBatch", {"namespace": "shop", "codeList": ["book", "pen"]}, **{"1__code": None}),
    management("listResources", {"namespace": "shop", "type": "API"}, totalCount=1),
    management("listCommonResource", {"namespaceCodeList": ["shop"]}, list=None),
    management(
        "updateResource", {"code": "book", "namespace": "shop", "description": "a book"}, description="a book"
    ),
]

ROLES = [
    management("createRole", {"code": "admin", "name": "Admin", "description": "may all"}, code="admin"),
    management(
        "createRole",
        {"code": "clerk", "namespace": "shop", "name": "Clerk"},
        case="in a namespace",
        code="clerk",
    ),
    management(
        "createRolesBatch",
        {"list": [{"code": "r1", "name": "R1"}, {"code": "r2", "name": "R2"}]},
        success=True,
    ),
    management("getRole", {"code": "admin"}, code="admin"),
    management("listRoles", {"page": 1, "limit": 10}, totalCount=3),
    management("listNamespaceRoles", {"code": "shop"}, data=None),
    management("updateRole", {"code": "admin", "newCode": "boss", "name": "Boss"}, success=True),
    management(
        "assignRole",
        {"code": "boss", "targets": [{"targetType": "USER", "targetIdentifier": ANN}]},
        success=True,
    ),
    management(
        "assignRoleBatch",
        {
            "targets": [{"targetType": "USER", "targetIdentifier": BOB}],
            "roles": [{"code": "r1", "namespace": "default"}],
        },
        success=True,
    ),
    management("listRoleMembers", {"code": "boss"}, totalCount=1),
    management("listRoleDepartments", {"code": "boss"}, totalCount=0),
    management("listRoleAssignments", {"roleCode": "boss"}, data=None),
    management("getUserRoles", {"userId": ANN}, totalCount=1),
    management("hasAnyRole", {"userId": ANN, "roles": [{"code": "boss"}]}, hasAnyRole=True),
    management(
        "authorizeResources",
        {
            "namespace": "shop",
            "list": [
                {
                    "targetType": "USER",
                    "targetIdentifiers": [ANN],
                    "resources": [{"code": "book", "resourceType": "API", "actions": ["read"]}],
                },
                {
                    "targetType": "ROLE",
                    "targetIdentifiers": ["clerk"],
                    "resources": [{"code": "book", "resourceType": "API", "actions": ["write"]}],
                },
            ],
        },
        success=True,
    ),
    management(
        "getAuthorizedResources",
        {"targetType": "USER", "targetIdentifier": ANN, "namespace": "shop"},
        totalCount=1,
    ),
    management("getUserAuthorizedResources", {"userId": ANN, "namespace": "shop"}, totalCount=1),
    management("getRoleAuthorizedResources", {"code": "clerk", "namespace": "shop"}, totalCount=1),
    management(
        "getResourceAuthorizedTargets",
        {"resource": "book", "namespace": "shop", "targetType": "USER", "page": 1, "limit": 10},
        totalCount=1,
    ),
    management(
        "isActionAllowed",
        {"userId": ANN, "namespace": "shop", "resource": "book", "action": "read"},
        allowed=True,
    ),
    management(
        "revokeRole",
        {"code": "boss", "targets": [{"targetType": "USER", "targetIdentifier": ANN}]},
        success=True,
    ),
    management(
        "revokeRoleBatch",
        {
            "targets": [{"targetType": "USER", "targetIdentifier": BOB}],
            "roles": [{"code": "r1", "namespace": "default"}],
        },
        success=True,
    ),
    management("deleteRolesBatch", {"codeList": ["r1", "r2"]}, success=True),
]

ORGANISATIONS = [
    management(
        "createOrganization",
        {"organizationCode": "acme", "organizationName": "Acme", "description": "makes"},
        organizationCode="acme",
    ),
    management("getOrganization", {"organizationCode": "acme"}, organizationName="Acme"),
    management(
        "getOrganizationsBatch", {"organizationCodeList": ["acme"]}, **{"0__organizationCode": "acme"}
    ),
    management("listOrganizations", {"page": 1, "limit": 10}, totalCount=1),
    management(
        "updateOrganization",
        {"organizationCode": "acme", "organizationName": "ACME"},
        organizationName="ACME",
    ),
    management("searchOrganizations", {"keywords": "AC"}, totalCount=1),
    management(
        "createDepartment",
        {
            "organizationCode": "acme",
            "parentDepartmentId": ref("getOrganization.data.departmentId"),
            "name": "Lab",
            "code": "lab",
        },
        name="Lab",
    ),
    management("getDepartment", {"organizationCode": "acme", "departmentId": LEAF}, code="lab"),
    management(
        "updateDepartment", {"organizationCode": "acme", "departmentId": LEAF, "name": "Lab 2"}, name="Lab 2"
    ),
    management("searchDepartments", {"organizationCode": "acme", "keywords": "Lab"}, **{"0__name": "Lab 2"}),
    management(
        "listChildrenDepartments",
        {"organizationCode": "acme", "departmentId": ref("getOrganization.data.departmentId")},
        list=None,
    ),
    management("getAllDepartments", {"organizationCode": "acme"}, list=None),
    management("getParentDepartment", {"organizationCode": "acme", "departmentId": LEAF}, departmentId=None),
    management(
        "addDepartmentMembers",
        {"organizationCode": "acme", "departmentId": LEAF, "userIds": [ANN, BOB]},
        success=True,
    ),
    management(
        "listDepartmentMembers",
        {"organizationCode": "acme", "departmentId": LEAF, "withCustomData": True},
        totalCount=2,
    ),
    management("listDepartmentMemberIds", {"organizationCode": "acme", "departmentId": LEAF}, **{"1": None}),
    management(
        "searchDepartmentMembers",
        {"organizationCode": "acme", "departmentId": LEAF, "keywords": "bob"},
        totalCount=1,
    ),
    management(
        "isUserInDepartment",
        {"userId": ANN, "organizationCode": "acme", "departmentId": LEAF},
        inDepartment=True,
    ),
    management("getUserDepartments", {"userId": ANN, "withDepartmentPaths": True}, totalCount=1),
    management(
        "setUserDepartments",
        {"userId": ANN, "departments": [{"departmentId": LEAF, "isLeader": True, "isMainDepartment": True}]},
        success=True,
    ),
    management(
        "removeDepartmentMembers",
        {"organizationCode": "acme", "departmentId": LEAF, "userIds": [BOB]},
        success=True,
    ),
    management("createPost", {"code": "seat", "name": "Seat", "departmentIdList": [LEAF]}, code="seat"),
    management("getPost", {"code": "seat"}, name="Seat"),
    management("postList", {"page": 1, "limit": 10}, totalCount=1),
    management("setUserPosts", {"userId": ANN, "postIds": [POST]}),
    management("getUserPosts", {"userId": ANN}, data=None),
    management("removePost", {"code": "seat"}),
]

APPLICATIONS = [
    management(
        "createApplication",
        {"appName": "Second", "appIdentifier": "second-app", "redirectUris": ["https://example.com/back"]},
        appId=None,
    ),
    management("getApplication", {"appId": APP}, appName="Second"),
    management("listApplications", {"page": 1, "limit": 10}, totalCount=2),
    management("getApplicationSimpleInfo", {"appId": APP}, appName="Second"),
    management("listApplicationSimpleInfo", {"page": 1, "limit": 10}, totalCount=2),
    management("getApplicationSecret", {"appId": APP}, secret=None),
    management("refreshApplicationSecret", {"appId": APP}, secret=None),
    management("getApplicationPermissionStrategy", {"appId": APP}, permissionStrategy="ALLOW_ALL"),
    management(
        "updateApplicationPermissionStrategy", {"appId": APP, "permissionStrategy": "DENY_ALL"}, success=True
    ),
    management(
        "authorizeApplicationAccess",
        {
            "appId": APP,
            "list": [
                {
                    "targetType": "USER",
                    "targetIdentifier": [ANN],
                    "effect": "ALLOW",
                    "inheritByChildren": False,
                }
            ],
        },
        success=True,
    ),
    management(
        "revokeApplicationAccess",
        {"appId": APP, "list": [{"targetType": "USER", "targetIdentifier": [ANN]}]},
        success=True,
    ),
    management("listApplicationActiveUsers", {"appId": APP}, totalCount=0),
    management("deleteApplication", {"appId": APP}, success=True),
]

POOL = [
    management("getSecuritySettings", data=None),
    management("updateSecuritySettings", {"changeEmailStrategy": {"verifyOldEmail": False}}, data=None),
    management("createAccessKey", {}, **{"0__accessKeySecret": None}),
    management("getAccessKeyList", {}, data=None),
    management("deleteAccessKey", {"accessKeyId": ref("createAccessKey.data.0.accessKeyId")}),
    management("getEmailTemplates", data=None),
    management("getUserActionLogs", {"pagination": {"page": 1, "limit": 10}}, list=None),
    management("getAdminAuditLogs", {"pagination": {"page": 1, "limit": 10}}, list=None),
    management("addWhitelist", {"type": "EMAIL", "list": ["vip@example.com"]}, data=None),
    management("listWhitelists", {"type": "EMAIL"}, **{"0__value": "vip@example.com"}),
    management("deleteWhitelist", {"type": "EMAIL", "list": ["vip@example.com"]}, success=True),
    management("createTenant", {"name": "Tenant", "appIds": [ref("given.appId")]}, tenantId=None),
    management("getTenant", {"tenantId": TENANT}, name="Tenant"),
    management("listTenants", {}, totalCount=1),
    management("addTenantUsers", {"tenantId": TENANT, "linkUserIds": [ANN]}),
    management("listTenantUsers", {"tenantId": TENANT}, totalCount=1),
    management("deleteTenant", {"tenantId": TENANT}, success=True),
]

SOURCE = ref("createExtIdp.data.id")
CONNECTION = ref("createExtIdpConn.data.id")
OPENED_ELSEWHERE = {
    "issuer": "https://login.example.com",
    "clientId": "poolhouse",
    "clientSecret": "s3cret",
    "scopes": "openid profile",
}

IDENTITIES = [
    management("createExtIdp", {"name": "Company", "type": "oidc"}, name="Company", type="oidc"),
    management("createExtIdp", {"name": "GitLab", "type": "gitlab"}, case="kept only", type="gitlab"),
    management("updateExtIdp", {"id": SOURCE, "name": "The company"}, name="The company"),
    management(
        "createExtIdpConn",
        {
            "extIdpId": SOURCE,
            "type": "oidc",
            "identifier": "company",
            "displayName": "Company account",
            "fields": OPENED_ELSEWHERE,
            "loginOnly": False,
            "logo": "https://example.com/logo.png",
        },
        identifier="company",
        type="oidc",
        associationMode="none",
        loginOnly=False,
    ),
    management(
        "createExtIdpConn",
        {
            "extIdpId": ref("createExtIdp (kept only).data.id"),
            "type": "gitlab:mobile",
            "identifier": "our-gitlab",
            "displayName": "GitLab",
            "fields": {"clientID": "poolhouse"},
        },
        case="kept only",
        type="gitlab:mobile",
    ),
    management(
        "updateExtIdpConn",
        {
            "id": CONNECTION,
            "displayName": "Company",
            "fields": {**OPENED_ELSEWHERE, "scopes": "openid"},
            "loginOnly": True,
        },
        displayName="Company",
        loginOnly=True,
    ),
    management(
        "changeExtIdpConnState",
        {
            "id": CONNECTION,
            "appId": ref("given.appId"),
            "appIds": [ref("given.appId")],
            "enabled": True,
        },
        success=True,
    ),
    management("changeExtIdpConnAssociationState", {"id": CONNECTION, "association": True}, success=True),
    management("getExtIdp", {"id": SOURCE}, name="The company", connections__0__identifier="company"),
    management("listExtIdp", {}, totalCount=2),
    management("listExtIdp", {"appId": ref("given.appId")}, case="of an application", totalCount=1),
    management("listTenantExtIdp", {"type": "enterprise", "page": 1, "limit": 10}, totalCount=0),
    management("extIdpConnStateByApps", {"id": SOURCE}, totalCount=1, list__0__type="oidc"),
    management(
        "linkIdentity",
        {"userId": ANN, "userIdInIdp": "a-1", "extIdpId": SOURCE, "type": "openid", "isSocial": False},
        success=True,
    ),
    management(
        "linkIdentity",
        {"userId": ANN, "userIdInIdp": "a-2", "extIdpId": SOURCE},
        case="of the type generic",
        success=True,
    ),
    management(
        "getUserIdentities",
        {"userId": ANN},
        case="linked",
        **{"0__userIdInIdp": "a-1", "0__provider": "oidc", "0__originConnIds__0": None},
    ),
    management("unlinkIdentity", {"userId": ANN, "extIdpId": SOURCE, "type": "openid"}, success=True),
    management("getUserIdentities", {"userId": ANN}, case="unlinked by type", **{"0__userIdInIdp": "a-2"}),
]
"""Sources and connections, and what of them is somebody's. `extIdpConnStateByApps` documents its id as the source's."""

TOKEN = ref("signInByCredentials.data.access_token")

SIGN_IN = [
    sign_in(
        "signInByCredentials",
        {
            "connection": "PASSWORD",
            "passwordPayload": {"username": "ann", "password": PASSWORD},
            "options": {"scope": "openid profile email phone offline_access"},
        },
        access_token=None,
        id_token=None,
        expire_in=None,
    ),
    sign_in(
        "signInByCredentials",
        {"connection": "PASSWORD", "passwordPayload": {"account": "bob@example.com", "password": PASSWORD}},
        case="by account",
        access_token=None,
    ),
    sign_in("sendEmail", {"email": "ann@example.com", "channel": "CHANNEL_LOGIN"}),
    sign_in(
        "signInByCredentials",
        {
            "connection": "PASSCODE",
            "passCodePayload": {"email": "ann@example.com", "passCode": {"$code": "ann@example.com"}},
        },
        case="by e-mail code",
        access_token=None,
    ),
    sign_in("sendSms", {"phoneNumber": "18800001111", "channel": "CHANNEL_LOGIN"}),
    sign_in(
        "signInByCredentials",
        {
            "connection": "PASSCODE",
            "passCodePayload": {"phone": "18800001111", "passCode": {"$code": "+8618800001111"}},
        },
        case="by phone code",
        access_token=None,
    ),
    sign_in(
        "signUp",
        {
            "connection": "PASSWORD",
            "passwordPayload": {"username": "eve", "password": PASSWORD},
            "profile": {"nickname": "Eve"},
        },
        userId=None,
    ),
    plain("getUserInfoByAccessToken", TOKEN, sub=None),
    plain("introspectToken", TOKEN, active=True),
    plain(
        "getNewAccessTokenByRefreshToken", ref("signInByCredentials.data.refresh_token"), access_token=None
    ),
    plain("getAccessTokenByCode", {"$authorization": "ann"}, access_token=None, id_token=None),
    plain(
        "introspectAccessTokenOffline",
        ref("getAccessTokenByCode.access_token"),
        case="of the code",
        spelled={"node": "parseAccessToken", "python": "introspect_token_offline"},
        sub=None,
    ),
    plain("getUserInfoByAccessToken", ref("getAccessTokenByCode.access_token"), case="of the code", sub=None),
    plain("introspectToken", ref("getAccessTokenByCode.access_token"), case="of the code", active=True),
    plain(
        "getNewAccessTokenByRefreshToken",
        ref("getAccessTokenByCode.refresh_token"),
        case="of the code",
        access_token=None,
    ),
    plain("revokeToken", ref("signInByCredentials (by account).data.access_token")),
    sign_in("getProfile", {"withCustomData": True}, token=TOKEN, username="ann"),
    sign_in("updateProfile", {"nickname": "Anna"}, token=TOKEN, nickname="Anna"),
    sign_in("getSecurityLevel", token=TOKEN, data=None),
    sign_in("getIdentities", token=TOKEN, **{"0__userIdInIdp": "a-2", "0__provider": "oidc"}),
    sign_in("getApplicationEnabledExtIdps", **{"0__identifier": "company", "0__extIdpType": "enterprise"}),
    sign_in(
        "generateLinkExtIdpUrl",
        {
            "ext_idp_conn_identifier": "company",
            "app_id": ref("given.appId"),
            "id_token": ref("signInByCredentials.data.id_token"),
        },
        token=TOKEN,
        names={
            "node": {
                "ext_idp_conn_identifier": "extIdpConnIdentifier",
                "app_id": "appId",
                "id_token": "idToken",
            }
        },
        url=None,
    ),
    sign_in("unlinkExtIdp", {"extIdpId": SOURCE}, token=TOKEN),
    sign_in("listEnrolledFactors", token=TOKEN, data=None),
    sign_in("listFactorsToEnroll", token=TOKEN, data=None),
    sign_in("updatePassword", {"oldPassword": PASSWORD, "newPassword": NEW_PASSWORD}, token=TOKEN),
    sign_in("sendEmail", {"email": "ann@example.com", "channel": "CHANNEL_RESET_PASSWORD"}, case="to reset"),
    sign_in(
        "verifyResetPasswordRequest",
        {
            "verifyMethod": "EMAIL_PASSCODE",
            "emailPassCodePayload": {"email": "ann@example.com", "passCode": {"$code": "ann@example.com"}},
        },
        passwordResetToken=None,
    ),
    sign_in(
        "resetPassword",
        {
            "password": PASSWORD,
            "passwordResetToken": ref("verifyResetPasswordRequest.data.passwordResetToken"),
        },
    ),
]

ENDS = [
    management("deleteExtIdpConn", {"id": CONNECTION}, success=True),
    management("deleteExtIdp", {"id": SOURCE}, success=True),
    management("kickUsers", {"userId": ANN, "appIds": [ref("given.appId")]}, success=True),
    management("deleteNamespacesBatch", {"codeList": ["n1", "n2"]}, success=True),
    management("deleteResource", {"code": "book", "namespace": "shop"}, success=True),
    management("deleteResourcesBatch", {"namespace": "shop", "codeList": ["pen"]}, success=True),
    management("deleteNamespace", {"code": "shop"}, success=True),
    management("deleteDepartment", {"organizationCode": "acme", "departmentId": LEAF}, success=True),
    management("deleteOrganization", {"organizationCode": "acme"}, success=True),
    management("deleteCustomFields", {"list": [{"targetType": "USER", "key": "size"}]}, success=True),
    management("resignUser", {"userId": BOB}, success=True),
    management("deleteUsersBatch", {"userIds": [ANN]}, success=True),
    management("listArchivedUsers", {}, totalCount=None),
]

WALK = [
    *FIELDS,
    *USERS,
    *GROUPS,
    *RESOURCES,
    *ROLES,
    *ORGANISATIONS,
    *APPLICATIONS,
    *POOL,
    *IDENTITIES,
    *SIGN_IN,
    *ENDS,
]
