import cn.authing.core.auth.AuthenticationClient;
import cn.authing.core.mgmt.ManagementClient;
import cn.authing.core.types.CreateUserInput;
import cn.authing.core.types.LoginByUsernameInput;
import cn.authing.core.types.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.net.URL;

/** Creates a user and signs them in, by java-core 4 (API v2). Arguments: CREDENTIALS.json [USERNAME] */
public final class CreateUser {
    public static void main(String[] arguments) throws Exception {
        String username = arguments.length > 1 ? arguments[1] : "bob-" + System.currentTimeMillis();
        ObjectMapper json = new ObjectMapper();
        JsonNode mine = json.readTree(new File(arguments[0]));
        String host = mine.get("host").asText();
        String pool = mine.get("userPoolId").asText();
        // Passwords are encrypted on their way: with this server's key, of which the client takes what is between
        // BEGIN and END.
        String pem = json.readTree(new URL(host + "/api/v2/.well-known"))
                .at("/data/publicKey").asText();
        String key = pem.replaceAll("-----[A-Z ]+-----|\\s", "");

        ManagementClient management = new ManagementClient(pool, mine.get("userPoolSecret").asText());
        management.setHost(host);
        management.setPublicKey(key);
        CreateUserInput input = new CreateUserInput(username).withNickname("小明").withPassword("passw0rd!");
        User created = management.users().create(input).execute();
        System.out.println("created " + created.getUsername() + " (" + created.getId() + ")");

        AuthenticationClient authentication = new AuthenticationClient(pool);
        authentication.setAppId(mine.get("appId").asText());
        authentication.setHost(host);
        authentication.setPublicKey(key);
        User user = authentication.loginByUsername(new LoginByUsernameInput(username, "passw0rd!")).execute();
        System.out.println(user.getUsername() + " signed in, " + user.getLoginsCount() + " time(s)");
        System.exit(0); // the client's threads would keep the program for a minute
    }
}
