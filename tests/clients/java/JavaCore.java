import cn.authing.core.auth.AuthenticationClient;
import cn.authing.core.mgmt.ManagementClient;
import cn.authing.core.mgmt.TenantManagementClient;
import cn.authing.core.types.*;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Walks the documented calls of cn.authing:java-core 4, which speaks v2: GraphQL, and REST beside it. */
final class JavaCore {
    private static final String PASSWORD = "correct horse";

    private final Talk talk;
    private final ManagementClient management;
    private final AuthenticationClient authentication;
    private String ann = "";
    private String bob = "";
    private String org = "";
    private String root = "";
    private String node = "";
    private String tenant = "";
    private String source = "";
    private String connection = "";
    private String token = "";

    public static void main(String[] arguments) throws Exception {
        Talk talk = new Talk();
        JavaCore driver = new JavaCore(talk);
        driver.users();
        driver.fields();
        driver.groups();
        driver.roles();
        driver.resources();
        driver.organisations();
        driver.pool();
        driver.identities();
        driver.signIn();
        driver.ends();
        talk.end();
    }

    private JavaCore(Talk talk) {
        this.talk = talk;
        management = new ManagementClient(talk.given("userPoolId"), talk.given("userPoolSecret"));
        management.setHost(talk.given("host"));
        // Between BEGIN and END: the client decodes it as it is.
        String key = talk.given("publicKey").replaceAll("-----[A-Z ]+-----|\\s", "");
        management.setPublicKey(key);
        authentication = new AuthenticationClient(talk.given("userPoolId"));
        authentication.setAppId(talk.given("appId"));
        authentication.setSecret(talk.given("appSecret"));
        authentication.setHost(talk.given("host"));
        authentication.setPublicKey(key);
        authentication.setRedirectUri(talk.given("redirectUri"));
    }

    private interface Step {
        /** What the call gave; null and false are failures. */
        Object run() throws Exception;
    }

    private void call(String name, Step step) {
        try {
            Object found = step.run();
            if (found == null || Boolean.FALSE.equals(found)) {
                talk.failed(name, "gave " + found);
            } else {
                talk.passed(name);
            }
        } catch (Exception | LinkageError thrown) {
            talk.failed(name, Talk.words(thrown));
        }
    }

    private static boolean same(Object found, Object wanted) throws IOException {
        if (!Objects.equals(found, wanted)) {
            throw new IOException("found " + found + " for " + wanted);
        }
        return true;
    }

    private static boolean done(CommonMessage answer) throws IOException {
        return same(answer.getCode(), 200);
    }

    private void users() {
        call("requestToken", () -> management.requestToken().execute().getAccessToken());
        call("users.create", () -> {
            CreateUserInput input = new CreateUserInput("ann")
                    .withPassword(PASSWORD)
                    .withEmail("ann@example.com")
                    .withPhone("18800001111");
            User user = management.users().create(input, null).execute();
            ann = user.getId();
            return same(user.getUsername(), "ann");
        });
        call("users.create (everything)", () -> {
            CreateUserInput input = new CreateUserInput("bob")
                    .withPassword(PASSWORD)
                    .withEmail("bob@example.com")
                    .withEmailVerified(true)
                    .withName("Bob")
                    .withNickname("Bobby")
                    .withGender("M")
                    .withBirthdate("1990-01-02")
                    .withCompany("Acme")
                    .withBlocked(false)
                    .withLoginsCount(3)
                    .withExternalId("B-1");
            User user = management.users().create(input, new CreateUserOptions(false, false)).execute();
            bob = user.getId();
            return same(user.getExternalId(), "B-1") && same(user.getNickname(), "Bobby");
        });
        call("users.list", () -> same(management.users().list(1, 10, null).execute().getTotalCount(), 2));
        call("users.list (sorted)", () -> {
            UsersParam param = new UsersParam(1, 10, SortByEnum.CREATEDAT_ASC);
            return same(management.users().list(param).execute().getList().get(0).getId(), ann);
        });
        call("users.detail", () -> {
            User user = management.users().detail(ann, true, true).execute();
            return same(user.getEmail(), "ann@example.com");
        });
        call("users.batch", () -> same(management.users().batch(List.of(ann, bob)).execute().size(), 2));
        call("users.search", () -> {
            PaginatedUsers found = management.users().search("bob", List.of("username"), 1, 10).execute();
            return same(found.getTotalCount(), 1);
        });
        call("users.find", () -> {
            User user = management.users().find(new FindUserParam().withUsername("ann")).execute();
            return same(user.getId(), ann);
        });
        call("users.exists", () -> management.users().exists(new IsUserExistsParam().withUsername("ann")).execute());
        call("users.update", () -> {
            UpdateUserInput input = new UpdateUserInput().withNickname("Annie").withCity("Berlin");
            User user = management.users().update(ann, input).execute();
            return same(user.getNickname(), "Annie");
        });
        call("users.update (password)", () -> {
            UpdateUserInput input = new UpdateUserInput().withPassword(PASSWORD);
            return same(management.users().update(bob, input).execute().getId(), bob);
        });
        call("users.listUserActions", () -> management.users().listUserActions().execute().getTotalCount() >= 0);
        call("users.checkLoginStatus", () -> management.users().checkLoginStatus(
                new CheckLoginStatusParams(ann, talk.given("appId"), null)).execute());
        call("users.kick", () -> management.users().kick(Collections.singletonList(bob)).execute());
    }

    private void fields() {
        call("udf.set", () -> {
            management.udf().set(UdfTargetType.USER, "age", UdfDataType.NUMBER, "Age").execute();
            UserDefinedField field =
                    management.udf().set(UdfTargetType.USER, "school", UdfDataType.STRING, "School").execute();
            return same(field.getKey(), "school");
        });
        call("udf.list", () -> same(management.udf().list(UdfTargetType.USER).execute().size(), 2));
        call("users.setUdfValue", () -> {
            Map<String, Object> values = new HashMap<>();
            values.put("school", "ETH");
            values.put("age", 30);
            return management.users().setUdfValue(ann, values).execute();
        });
        call("users.getUdfValue", () -> same(management.users().getUdfValue(ann).execute().get("school"), "ETH"));
        call("users.setUdfValueBatch", () -> {
            // It asks for a message and reads a list, so it gives null; the next call tells whether it was done.
            management.users().setUdfValueBatch(List.of(
                    new SetUdfValueBatchInputItem(bob, Collections.singletonMap("school", "MIT")))).execute();
            return true;
        });
        call("users.getUdfValueBatch", () -> same(
                management.users().getUdfValueBatch(List.of(bob)).execute().get(bob).get("school"), "MIT"));
        call("users.setUdv", () -> management.users().setUdv(ann, "school", "TUM").execute());
        call("users.listUdv", () -> same(management.users().listUdv(ann).execute().isEmpty(), false));
        call("users.removeUdfValue", () -> management.users().removeUdfValue(bob, "school").execute());
        call("udf.listUdv", () -> management.udf().listUdv(UdfTargetType.USER, ann).execute());
        call("udf.remove", () -> done(management.udf().remove(UdfTargetType.USER, "age").execute()));
    }

    private void groups() {
        call("group.create", () -> same(
                management.group().create(new CreateGroupParam("staff", "Staff")).execute().getCode(), "staff"));
        call("group.detail", () -> same(management.group().detail("staff").execute().getName(), "Staff"));
        call("group.list", () -> same(management.group().list(new GroupsParam()).execute().getTotalCount(), 1));
        call("group.update", () -> same(management.group().update(
                new UpdateGroupParam("staff").withName("Crew").withDescription("all")).execute().getName(), "Crew"));
        call("group.addUsers", () -> done(
                management.group().addUsers(new AddUserToGroupParam(List.of(ann), "staff")).execute()));
        call("group.listUsers", () -> same(management.group().listUsers("staff").execute().getTotalCount(), 1));
        call("users.addGroup", () -> done(management.users().addGroup(bob, "staff").execute()));
        call("users.listGroups", () -> same(management.users().listGroups(ann).execute().getTotalCount(), 1));
        call("users.removeGroup", () -> done(management.users().removeGroup(bob, "staff").execute()));
        call("group.removeUsers", () -> done(
                management.group().removeUsers(new RemoveUserFromGroupParam(List.of(ann), "staff")).execute()));
        call("group.deleteMany", () -> done(management.group().deleteMany(List.of("staff")).execute()));
    }

    private void roles() {
        call("roles.create", () -> same(management.roles().create("admin", "may all").execute().getCode(), "admin"));
        call("roles.create (in a namespace)", () -> same(management.roles().create(
                new CreateRoleParam("clerk").withNamespace("default")).execute().getCode(), "clerk"));
        call("roles.list", () -> same(management.roles().list().execute().getTotalCount(), 2));
        call("roles.detail", () -> same(management.roles().detail("admin").execute().getCode(), "admin"));
        call("roles.findByCode", () -> same(
                management.roles().findByCode(new RoleParam("admin")).execute().getCode(), "admin"));
        call("roles.update", () -> same(
                management.roles().update("admin", "may more").execute().getDescription(), "may more"));
        call("roles.addUsers", () -> done(management.roles().addUsers("admin", List.of(ann)).execute()));
        call("roles.listUsers", () -> same(management.roles().listUsers("admin").execute().getTotalCount(), 1));
        call("users.addRoles", () -> done(management.users().addRoles(bob, List.of("admin")).execute()));
        call("users.listRoles", () -> same(management.users().listRoles(bob).execute().getTotalCount(), 1));
        call("users.hasRole", () -> management.users().hasRole(new IHasRoleParam(ann, "admin")));
        call("users.removeRoles", () -> done(management.users().removeRoles(bob, List.of("admin")).execute()));
        call("roles.setUdfValue", () -> {
            management.udf().set(UdfTargetType.ROLE, "level", UdfDataType.STRING, "Level").execute();
            management.roles().setUdfValue("admin", "level", "3").execute();
            return true;
        });
        call("roles.getUdfValue", () -> same(management.roles().getUdfValue("admin").execute().get("level"), "3"));
        call("roles.removeUsers", () -> done(management.roles().removeUsers("admin", List.of(ann)).execute()));
        call("policies.create", () -> same(management.policies().create(
                "reading", List.of(new PolicyStatementInput("book:*", List.of("book:read"), PolicyEffect.ALLOW, null)))
                .execute().getCode(), "reading"));
        call("policies.list", () -> management.policies().list().execute());
        call("users.addPolicies", () -> done(management.users().addPolicies(ann, List.of("reading")).execute()));
        call("users.listPolicies", () -> management.users().listPolicies(ann, 1, 10).execute());
        call("users.removePolicies", () -> done(
                management.users().removePolicies(ann, List.of("reading")).execute()));
        call("policies.delete", () -> done(management.policies().delete("reading").execute()));
    }

    private void resources() {
        call("acl.createNamespace", () -> same(
                management.acl().createNamespace("shop", "Shop").execute().getCode(), "shop"));
        call("acl.listNamespaces", () -> management.acl().listNamespaces(1, 10).execute());
        call("acl.createResource", () -> same(management.acl().createResource(new IResourceDto(
                "book", ResourceType.DATA, "a book", List.of(new IAction("book:read", "to read")), "default"))
                .execute().getCode(), "book"));
        call("acl.findResourceByCode", () -> same(
                management.acl().findResourceByCode("book", "default").execute().getCode(), "book"));
        call("acl.listResources", () -> management.acl().listResources("default", ResourceType.DATA, 1, 10).execute());
        call("acl.updateResource", () -> management.acl().updateResource("book", new IResourceDto(
                "book", ResourceType.DATA, "the book", List.of(new IAction("book:read", "to read")), "default"))
                .execute());
        call("acl.authorizeResource", () -> done(management.acl().authorizeResource("default", "book", List.of(
                new AuthorizeResourceOptInput(PolicyAssignmentTargetType.USER, ann, List.of("book:read")))).execute()));
        call("users.listAuthorizedResources", () -> same(
                management.users().listAuthorizedResources(ann, "default").execute().getTotalCount(), 1));
        call("acl.getAuthorizedTargets", () -> management.acl().getAuthorizedTargets(
                new AuthorizedTargetsParam("default", ResourceType.DATA, "book")).execute());
        call("acl.allow", () -> done(management.acl().allow("book", "read", bob, "default").execute()));
        call("acl.isAllowed", () -> management.acl().isAllowed(bob, "book", "read", "default").execute());
        call("acl.deleteResource", () -> management.acl().deleteResource("book", "default").execute());
    }

    private void organisations() {
        call("org.create", () -> {
            Org made = management.org().create(new CreateOrgParam("Acme").withCode("acme")).execute();
            org = made.getId();
            root = made.getRootNode().getId();
            return same(made.getRootNode().getName(), "Acme");
        });
        call("org.list", () -> same(management.org().list(new OrgsParam(1, 10)).execute().getTotalCount(), 1));
        call("org.findById", () -> same(management.org().findById(org).execute().getId(), org));
        call("org.rootNode", () -> same(management.org().rootNode(new RootNodeParam(org)).execute().getId(), root));
        call("org.addNode", () -> {
            AddNodeV2Param param = new AddNodeV2Param(org, "Lab").withParentNodeId(root).withCode("lab");
            Node made = management.org().addNode(param).execute();
            node = made.getId();
            return same(made.getName(), "Lab");
        });
        call("org.findNodeById", () -> same(management.org().findNodeById(node).execute().getCode(), "lab"));
        call("org.updateNode", () -> same(
                management.org().updateNode(new UpdateNodeParam(node).withName("Lab 2")).execute().getName(), "Lab 2"));
        call("org.listChildren", () -> same(management.org().listChildren(org, root).execute().size(), 1));
        call("org.searchNodes", () -> same(
                management.org().searchNodes(new SearchNodesParam("Lab")).execute().size(), 1));
        call("org.isRootNode", () -> management.org().isRootNode(root, org).execute());
        call("org.addMembers", () -> management.org().addMembers(node, List.of(ann, bob)).execute());
        call("org.listMembers", () -> same(
                management.org().listMembers(new NodeByIdWithMembersParam(node)).execute().getUsers().getTotalCount(), 2));
        call("org.setMainDepartment", () -> done(management.org().setMainDepartment(ann, node).execute()));
        call("users.listDepartment", () -> management.users().listDepartment(ann).execute());
        call("users.listOrgs", () -> same(management.users().listOrgs(ann).execute().size(), 1));
        call("org.moveMembers", () -> done(
                management.org().moveMembers(new MoveMembersParam(List.of(bob), root, node)).execute()));
        call("org.removeMembers", () -> management.org().removeMembers(node, List.of(ann)).execute());
        call("org.exportByOrgId", () -> management.org().exportByOrgId(org).execute());
        call("org.exportAll", () -> management.org().exportAll().execute());
        call("org.deleteNode", () -> done(management.org().deleteNode(new DeleteNodeParam(org, node)).execute()));
        call("org.deleteById", () -> done(management.org().deleteById(org).execute()));
    }

    private void pool() {
        call("userpool.detail", () -> same(
                management.userpool().detail().execute().getId(), talk.given("userPoolId")));
        call("userpool.update", () -> management.userpool().update(new UpdateUserpoolInput("The pool")).execute());
        call("userpool.listEnv", () -> management.userpool().listEnv().execute());
        call("application.list", () -> same(management.application().list().execute().size(), 1));
        call("application.findById", () -> same(
                management.application().findById(talk.given("appId")).execute().getId(), talk.given("appId")));
        call("application.activeUsers", () -> management.application().activeUsers(
                new IActiveUsersParam(talk.given("appId"), 1, 10)).execute());
        call("whitelist.add", () -> management.whitelist().add(
                new AddWhitelistParam(WhitelistType.EMAIL, List.of("vip@example.com"))).execute());
        call("whitelist.list", () -> same(management.whitelist().list(WhitelistType.EMAIL).execute().size(), 1));
        call("whitelist.remove", () -> management.whitelist().remove(
                new RemoveWhitelistParam(WhitelistType.EMAIL, List.of("vip@example.com"))).execute());
    }

    private void identities() {
        TenantManagementClient tenants = management.tanantManagement();
        Fields fields = new Fields("wx1", "s3cret");
        call("tenant.create", () -> {
            CreateTenantParams param =
                    new CreateTenantParams("Tenant", talk.given("appId"), "https://example.com/logo.png", "of ours");
            CreateTenantResponse made = tenants.create(param).execute();
            tenant = made.getId();
            return same(made.getName(), "Tenant");
        });
        call("tenant.createExtIdp", () -> {
            CreateIdpResponse made =
                    tenants.createExtIdp(new CreateIdpParam(tenant, "WeChat", "wechat", List.of())).execute();
            source = made.getId();
            return same(made.getType(), "wechat");
        });
        call("tenant.createExtIdpConnection", () -> {
            CreatIdpConnParam param = new CreatIdpConnParam(
                    source, "wechat:pc", "our-wechat", "WeChat", fields, tenant, List.of());
            CreateIdpConnResponse made = tenants.createExtIdpConnection(param).execute();
            connection = made.getId();
            return same(made.getIdentifier(), "our-wechat");
        });
        call("tenant.checkExtIdpConnectionIdentifierUnique", () -> tenants.checkExtIdpConnectionIdentifierUnique(
                new CheckExtIdpConnectionIdentifierUnique("our-wechat")).execute());
        call("tenant.updateExtIdp", () -> same(
                tenants.updateExtIdp(source, new UpdateIdpParam("微信")).execute().getName(), "微信"));
        call("tenant.updateExtIdpConnection", () -> done(tenants.updateExtIdpConnection(
                connection, new UpdateIdpConnParm("WX", fields, List.of(), tenant)).execute()));
        call("tenant.listExtIdp", () -> same(tenants.listExtIdp(tenant).execute().size(), 1));
        call("tenant.changeExtIdpConnectionState", () -> done(tenants.changeExtIdpConnectionState(
                connection, new ConnState(tenant, true)).execute()));
        call("tenant.batchChangeExtIdpConnectionState", () -> done(tenants.batchChangeExtIdpConnectionState(
                source, new ConnState(tenant, false)).execute()));
        call("tenant.extIdpDetail", () -> same(
                tenants.extIdpDetail(source).execute().getConnections().get(0).getDisplayName(), "WX"));
        call("users.identityLink", () -> done(management.users().identityLink(
                new IdentityLinkParam("o-1", true, "openid", ann, "our-wechat", source)).execute()));
        call("users.detail (linked)", () -> same(
                management.users().detail(ann, true, true).execute().getIdentities().get(0).getUserIdInIdp(), "o-1"));
        call("users.unIdentityLink", () -> done(management.users().unIdentityLink(
                new UnIdentityLinkParam(true, "openid", ann, "our-wechat", source)).execute()));
        call("users.detail (unlinked)", () -> management.users().detail(ann, true, true).execute()
                .getIdentities().isEmpty());
        call("tenant.deleteExtIdpConnection", () -> done(tenants.deleteExtIdpConnection(connection).execute()));
        call("tenant.deleteExtIdp", () -> done(tenants.deleteExtIdp(source).execute()));
        call("tenant.delete", () -> tenants.delete(tenant).execute());
    }

    private void signIn() {
        call("registerByUsername", () -> same(authentication.registerByUsername(
                new RegisterByUsernameInput("eve", PASSWORD)).execute().getUsername(), "eve"));
        call("registerByEmail", () -> same(authentication.registerByEmail(
                new RegisterByEmailInput("fay@example.com", PASSWORD)).execute().getEmail(), "fay@example.com"));
        call("sendSmsCode", () -> done(authentication.sendSmsCode("18800001111").execute()));
        call("loginByPhoneCode", () -> same(authentication.loginByPhoneCode(
                new LoginByPhoneCodeInput("18800001111", talk.code("+8618800001111"))).execute().getId(), ann));
        call("loginByPhonePassword", () -> same(authentication.loginByPhonePassword(
                new LoginByPhonePasswordInput("18800001111", PASSWORD)).execute().getId(), ann));
        call("loginByEmail", () -> same(authentication.loginByEmail(
                new LoginByEmailInput("bob@example.com", PASSWORD)).execute().getId(), bob));
        call("loginByUsername", () -> {
            User user = authentication.loginByUsername(new LoginByUsernameInput("ann", PASSWORD)).execute();
            token = user.getToken();
            authentication.setCurrentUser(user);
            authentication.setToken(token);
            return same(user.getId(), ann);
        });
        call("getCurrentUser", () -> same(authentication.getCurrentUser().execute().getUsername(), "ann"));
        call("checkLoginStatus", () -> same(authentication.checkLoginStatus().execute().getCode(), 200));
        call("management.checkLoginStatus", () -> same(
                management.checkLoginStatus(new CheckLoginStatusParam(token)).execute().getCode(), 200));
        call("checkPasswordStrength", () -> authentication.checkPasswordStrength("long enough").execute().getValid());
        call("isPasswordValid", () -> done(authentication.isPasswordValid("long enough").execute()));
        call("updateProfile", () -> same(authentication.updateProfile(
                new UpdateUserInput().withNickname("Anna")).execute().getNickname(), "Anna"));
        call("updatePassword", () -> authentication.updatePassword("staple battery", PASSWORD).execute());
        call("refreshToken", () -> {
            authentication.loginByUsername(new LoginByUsernameInput("ann", "staple battery")).execute();
            return authentication.refreshToken().execute().getToken();
        });
        call("getSecurityLevel", () -> authentication.getSecurityLevel().execute());
        call("isUserExists", () -> authentication.isUserExists("ann", null, null, null).execute());
        call("listUdv", () -> authentication.listUdv().execute());
        call("setUdv", () -> authentication.setUdv("school", "ETH").execute());
        call("getUdfValue", () -> same(authentication.getUdfValue().execute().get("school"), "ETH"));
        call("listOrgs", () -> authentication.listOrgs().execute());
        call("listDepartments", () -> authentication.listDepartments().execute());
        call("listAuthorizedResources", () -> authentication.listAuthorizedResources("default").execute());
        call("listApplications", () -> authentication.listApplications(1, 10).execute());
        call("hasRole", () -> authentication.hasRole("admin", "default").execute() != null);
        call("sendEmail", () -> done(
                authentication.sendEmail("ann@example.com", EmailScene.RESET_PASSWORD).execute()));
        call("resetPasswordByEmailCode", () -> done(authentication.resetPasswordByEmailCode(
                "ann@example.com", talk.code("ann@example.com"), PASSWORD).execute()));
        call("logout", () -> {
            authentication.loginByUsername(new LoginByUsernameInput("ann", PASSWORD)).execute();
            authentication.logout().execute();
            return true;
        });
    }

    private void ends() {
        call("users.refreshToken", () -> management.users().refreshToken(ann).execute().getToken());
        call("roles.deleteMany", () -> done(management.roles().deleteMany(Arrays.asList("admin", "clerk")).execute()));
        call("users.delete", () -> done(management.users().delete(ann).execute()));
        call("users.deleteMany", () -> done(management.users().deleteMany(List.of(bob)).execute()));
    }
}
