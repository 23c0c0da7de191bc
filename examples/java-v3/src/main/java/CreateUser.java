import cn.authing.sdk.java.client.AuthenticationClient;
import cn.authing.sdk.java.client.ManagementClient;
import cn.authing.sdk.java.dto.CreateUserReqDto;
import cn.authing.sdk.java.dto.LoginTokenRespDto;
import cn.authing.sdk.java.dto.SignInOptionsDto;
import cn.authing.sdk.java.dto.UserSingleRespDto;
import cn.authing.sdk.java.model.AuthenticationClientOptions;
import cn.authing.sdk.java.model.ManagementClientOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;

/** Creates a user and signs them in, by authing-java-sdk 3 (API v3). Arguments: CREDENTIALS.json [USERNAME] */
public final class CreateUser {
    public static void main(String[] arguments) throws Exception {
        String username = arguments.length > 1 ? arguments[1] : "bob-" + System.currentTimeMillis();
        JsonNode mine = new ObjectMapper().readTree(new File(arguments[0]));

        ManagementClientOptions options = new ManagementClientOptions();
        options.setHost(mine.get("host").asText());
        options.setAccessKeyId(mine.get("accessKeyId").asText());
        options.setAccessKeySecret(mine.get("accessKeySecret").asText());
        CreateUserReqDto user = new CreateUserReqDto();
        user.setUsername(username);
        user.setNickname("小明");
        user.setPassword("passw0rd!");
        UserSingleRespDto created = new ManagementClient(options).createUser(user);
        if (created.getStatusCode() != 200) throw new IllegalStateException(created.getMessage());
        System.out.println("created " + created.getData().getUsername() + " (" + created.getData().getUserId() + ")");

        AuthenticationClientOptions application = new AuthenticationClientOptions();
        application.setAppHost(mine.get("host").asText());
        application.setAppId(mine.get("appId").asText());
        application.setAppSecret(mine.get("appSecret").asText());
        LoginTokenRespDto signedIn = new AuthenticationClient(application)
                .signInByUsernamePassword(username, "passw0rd!", new SignInOptionsDto());
        if (signedIn.getStatusCode() != 200) throw new IllegalStateException(signedIn.getMessage());
        System.out.println(username + " signed in; the access token is good for "
                + signedIn.getData().getExpireIn() + " s");
    }
}
