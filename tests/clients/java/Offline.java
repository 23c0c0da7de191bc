import cn.authing.sdk.java.client.AuthenticationClient;
import cn.authing.sdk.java.model.AuthenticationClientOptions;
import com.fasterxml.jackson.databind.JsonNode;

/** Verifies `tokens`, each {appId, appSecret, access, id}, with authing-java-sdk 3.1.9: by the first key of the list. */
final class Offline {
    public static void main(String[] arguments) throws Exception {
        Talk talk = new Talk();
        int at = 0;
        for (JsonNode one : talk.given.get("tokens")) {
            AuthenticationClientOptions options = new AuthenticationClientOptions();
            options.setAppId(one.get("appId").asText());
            options.setAppSecret(one.get("appSecret").asText());
            options.setAppHost(talk.given("host"));
            options.setScope("openid profile");
            for (String kind : new String[] {"access", "id"}) {
                String name = kind + " token " + at;
                try {
                    AuthenticationClient client = new AuthenticationClient(options);
                    String audience = client.introspectAccessTokenOffline(one.get(kind).asText()).getAud();
                    if (audience.equals(one.get("appId").asText())) {
                        talk.passed(name);
                    } else {
                        talk.failed(name, audience);
                    }
                } catch (Exception error) {
                    talk.failed(name, Talk.words(error));
                }
            }
            at++;
        }
        talk.end();
    }
}
