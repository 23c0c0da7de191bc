import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.NimbusJwtClientAuthenticationParametersConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jose.jws.JwsAlgorithm;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Takes a Spring Boot application through tests/clients/story.py, as a browser of it. The protocol: runs.py. */
public final class Spring {
    private static final JsonMapper JSON = new JsonMapper();
    private static final PrintStream OUT = new PrintStream(System.out, true);
    private static final BufferedReader IN =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private static JsonNode given;
    private static ConfigurableApplicationContext context;
    private static HttpClient browser;
    private static final Map<String, Got> GOT = new HashMap<>();

    /** What an application of `given` got. */
    private static final class Got {
        String subject;
        String access;
        String refresh;
        String used;
        String first;
        String last;
    }

    /** The library has no such thing. */
    private static final class Absent extends Exception {}

    interface Verb {
        void act(String app, JsonNode step) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        given = JSON.readTree(IN.readLine());
        SpringApplication application = new SpringApplication(Shop.class);
        application.setDefaultProperties(properties(Path.of(arguments[0])));
        context = application.run();
        browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        Map<String, Verb> verbs = new LinkedHashMap<>();
        verbs.put("discover", Spring::discover);
        verbs.put("signIn", Spring::signIn);
        verbs.put("userInfo", Spring::userInfo);
        verbs.put("refresh", Spring::refresh);
        verbs.put("replay", (app, step) -> refreshed(app, GOT.get(app).used));
        verbs.put("verify", Spring::verify);
        verbs.put("rotate", (app, step) -> ask("new keys", ""));
        verbs.put("logOut", Spring::logOut);
        int passed = 0;
        int failed = 0;
        for (JsonNode step : given.get("walk")) {
            ObjectNode told = JSON.createObjectNode().put("call", step.get("call").asString());
            try {
                String fault = fault(verbs.get(step.get("do").asString()), step);
                told.put("outcome", fault == null ? "passed" : "failed").put("detail", fault);
                passed += fault == null ? 1 : 0;
                failed += fault == null ? 0 : 1;
            } catch (Absent absent) {
                told.put("outcome", "not supported");
            }
            OUT.println(told);
        }
        OUT.println(JSON.createObjectNode().put("passed", passed).put("failed", failed));
        System.exit(0);
    }

    /** One registration an application, each as in the file. */
    private static Map<String, Object> properties(Path file) throws IOException {
        Map<String, Object> all = new HashMap<>(Map.of(
                "server.port", "0", "logging.level.root", "off", "spring.main.banner-mode", "off"));
        String text = Files.readString(file);
        for (Map.Entry<String, JsonNode> app : given.get("apps").properties()) {
            String filled = text.replace(".registration.poolhouse.", ".registration." + app.getKey() + ".");
            for (String name : new String[] {"issuer", "redirectUri"}) {
                filled = filled.replace("${" + name + "}", given.get(name).asString());
            }
            for (String name : new String[] {"clientId", "clientSecret", "method"}) {
                filled = filled.replace("${" + name + "}", app.getValue().path(name).asString(""));
            }
            Properties read = new Properties();
            read.load(new StringReader(filled));
            read.forEach((name, value) -> all.put((String) name, value));
        }
        return all;
    }

    private static String fault(Verb verb, JsonNode step) throws Absent {
        JsonNode refused = step.get("refused");
        try {
            if (verb == null) {
                throw new Absent();
            }
            verb.act(step.get("app").asString(), step);
            return refused == null ? null : "was not refused";
        } catch (Absent absent) {
            throw absent;
        } catch (Exception error) {
            StringBuilder said = new StringBuilder();
            for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                said.append(cause).append(": ");
            }
            if (refused != null) {
                for (JsonNode word : refused) {
                    if (said.toString().toLowerCase(Locale.ROOT).contains(word.asString())) {
                        return null;
                    }
                }
            }
            return said.toString();
        }
    }

    private static String ask(String what, String to) throws IOException {
        OUT.println(JSON.createObjectNode().put("ask", what).put("to", to));
        return JSON.readTree(IN.readLine()).get("code").asString();
    }

    // -- the application -----------------------------------------------------------------------------------

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Pages.class)
    static class Shop {
        // docs: begin
        @Bean
        SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository registrations) {
            var afterLogout = new OidcClientInitiatedLogoutSuccessHandler(registrations);
            afterLogout.setPostLogoutRedirectUri(postLogoutRedirectUri());
            return http
                    .authorizeHttpRequests(every -> every.anyRequest().authenticated())
                    .oauth2Login(login -> login
                            .tokenEndpoint(token -> token.accessTokenResponseClient(codeExchange()))
                            .failureHandler((request, response, error) -> tell(response, error)))
                    .logout(logout -> logout
                            .logoutRequestMatcher(PathPatternRequestMatcher.withDefaults().matcher("/logout"))
                            .logoutSuccessHandler(afterLogout))
                    .build();
        }

        /** Of what algorithm an application's id tokens are, where not of RS256. */
        @Bean
        OidcIdTokenDecoderFactory idTokens() {
            var factory = new OidcIdTokenDecoderFactory();
            factory.setJwsAlgorithmResolver(Spring::algorithm);
            return factory;
        }

        /** For private_key_jwt: `key` is the client's, of the registration. */
        RestClientAuthorizationCodeTokenResponseClient codeExchange() {
            var client = new RestClientAuthorizationCodeTokenResponseClient();
            client.addParametersConverter(new NimbusJwtClientAuthenticationParametersConverter<>(Spring::key));
            return client;
        }
        // docs: end

        String postLogoutRedirectUri() {
            return given.get("afterLogout").asString();
        }

        void tell(HttpServletResponse response, AuthenticationException error) throws IOException {
            response.setStatus(401);
            response.getWriter().print(error + " " + error.getMessage());
        }
    }

    @RestController
    static class Pages {
        static OidcUser user;
        static OAuth2AuthorizedClient client;

        @GetMapping("/")
        String home(@AuthenticationPrincipal OidcUser user, @RegisteredOAuth2AuthorizedClient OAuth2AuthorizedClient of) {
            Pages.user = user;
            Pages.client = of;
            return "signed in";
        }
    }

    static JwsAlgorithm algorithm(ClientRegistration registration) {
        String name = given.get("apps").get(app(registration)).get("algorithm").asString();
        return name.startsWith("HS") ? MacAlgorithm.from(name) : SignatureAlgorithm.from(name);
    }

    static JWK key(ClientRegistration registration) {
        try {
            return RSAKey.parse(given.get("apps").get(app(registration)).get("privateKey").toString());
        } catch (java.text.ParseException error) {
            throw new IllegalStateException(error);
        }
    }

    private static String app(ClientRegistration registration) {
        return registration.getRegistrationId().replace("-other", "");
    }

    private static ClientRegistration registration(String app) {
        return context.getBean(ClientRegistrationRepository.class).findByRegistrationId(app);
    }

    // -- the steps -----------------------------------------------------------------------------------------

    private static HttpResponse<String> get(String path) throws Exception {
        String base = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
        return browser.send(
                HttpRequest.newBuilder(URI.create(base + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String location(HttpResponse<String> response) {
        return response.headers().firstValue("location")
                .orElseThrow(() -> new IllegalStateException(response.statusCode() + " " + response.body()));
    }

    private static void discover(String app, JsonNode step) {
        ClientRegistration.ProviderDetails told = registration(app).getProviderDetails();
        must(told.getIssuerUri().equals(given.get("issuer").asString()), told.getIssuerUri());
    }

    private static void signIn(String app, JsonNode step) throws Exception {
        String address = location(get("/oauth2/authorization/" + app));
        must(address.contains("code_challenge_method=S256"), address);
        String callback = ask(step.get("via").asString(), address);
        HttpResponse<String> answer = get("/login/oauth2/code/" + app + "?" + URI.create(callback).getRawQuery());
        location(answer);
        must(get("/").statusCode() == 200, "the page behind the login");
        Got got = GOT.computeIfAbsent(app, name -> new Got());
        got.subject = Pages.user.getSubject();
        got.access = Pages.client.getAccessToken().getTokenValue();
        got.refresh = Pages.client.getRefreshToken().getTokenValue();
        got.last = Pages.user.getIdToken().getTokenValue();
        got.first = got.first == null ? got.last : got.first;
        userInfo(app, step);
    }

    /** Asked at each sign-in, by the library. */
    private static void userInfo(String app, JsonNode step) {
        must(Pages.user.getUserInfo().getEmail().equals(given.get("email").asString()), Pages.user.getUserInfo());
    }

    private static OAuth2AccessTokenResponse refreshed(String app, String token) {
        var client = new RestClientRefreshTokenTokenResponseClient();
        client.addParametersConverter(new NimbusJwtClientAuthenticationParametersConverter<>(Spring::key));
        var known = Pages.client;
        return client.getTokenResponse(new OAuth2RefreshTokenGrantRequest(
                registration(app), known.getAccessToken(),
                new OAuth2RefreshToken(token, null)));
    }

    private static void refresh(String app, JsonNode step) {
        Got got = GOT.get(app);
        got.used = got.refresh;
        OAuth2AccessTokenResponse answer = refreshed(app, got.used);
        must(!answer.getRefreshToken().getTokenValue().equals(got.used), "the same refresh token");
        must(!answer.getAccessToken().getTokenValue().equals(got.access), "the same access token");
        String idToken = (String) answer.getAdditionalParameters().get("id_token");
        must(decoded(registration(app), idToken).getSubject().equals(got.subject), "sub");
        got.refresh = answer.getRefreshToken().getTokenValue();
        got.access = answer.getAccessToken().getTokenValue();
    }

    private static Jwt decoded(ClientRegistration registration, String token) {
        return context.getBean(OidcIdTokenDecoderFactory.class).createDecoder(registration).decode(token);
    }

    private static void verify(String app, JsonNode step) {
        Got got = GOT.get(app);
        String token = step.has("first") ? got.first : got.last;
        String expects = step.path("expects").asString("");
        ClientRegistration registration = registration(app);
        if (!expects.isEmpty()) {
            var other = ClientRegistration.withClientRegistration(registration).registrationId(app + "-other");
            registration = expects.equals("issuer")
                    ? other.issuerUri("https://other.example/oidc").build()
                    : other.clientId("another").registrationId(app + "-other-other").build();
        }
        decoded(registration, step.has("forged") ? forged(token) : token);
    }

    private static String forged(String token) {
        int at = token.lastIndexOf('.') + 1;
        return token.substring(0, at) + (token.charAt(at) == 'A' ? 'B' : 'A') + token.substring(at + 1);
    }

    /** The library sends no state. */
    private static void logOut(String app, JsonNode step) throws Exception {
        String back = ask("browser", location(get("/logout")));
        must(back.equals(given.get("afterLogout").asString()), back);
    }

    private static void must(boolean right, Object what) {
        if (!right) {
            throw new AuthenticationServiceException("wrong: " + what);
        }
    }
}
