import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Walks `walk` with cn.authing:authing-java-sdk 3. The steps: tests/clients/walk_v3.py.
 *
 * <p>The client's own parameter classes are filled from the step's `params`, and its own answer classes are read
 * back, so what it sends and what it could read is what an application has.
 */
final class V3 {
    private static final Pattern REFERENCE = Pattern.compile("(\\w+(?: \\(.*?\\))?)\\.(.+)");
    private static final String MODEL = "cn.authing.sdk.java.model.";
    private static final String CLIENT = "cn.authing.sdk.java.client.";

    private final Talk talk;
    private final ObjectMapper typed = new ObjectMapper()
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true)
            .addHandler(new CommasForLists());
    private final ObjectMapper shown =
            new ObjectMapper().configure(SerializationFeature.FAIL_ON_EMPTY_BEANS, false);
    private final Map<String, JsonNode> answers = new HashMap<>();
    private final Map<String, Object> clients = new HashMap<>();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    public static void main(String[] arguments) throws Exception {
        Talk talk = new Talk();
        new V3(talk).walk();
        talk.end();
    }

    private V3(Talk talk) throws Exception {
        this.talk = talk;
        // JsonUtils prints why it could not read an answer, and gives null.
        System.setErr(new PrintStream(printed, true, "UTF-8"));
        answers.put("given", talk.given);
        String[] key = {"AccessKeyId", "accessKeyId", "AccessKeySecret", "accessKeySecret", "Host", "host"};
        clients.put("management", client("ManagementClient", key));
        String[] app = {
            "AppId", "appId", "AppSecret", "appSecret", "AppHost", "host", "RedirectUri", "redirectUri"
        };
        clients.put("authentication", client("AuthenticationClient", app));
    }

    /** A client with its options set: pairs of a setter's name and the name of what was given. */
    private Object client(String name, String[] settings) throws Exception {
        Class<?> type = Class.forName(MODEL + name + "Options");
        Object options = type.getConstructor().newInstance();
        for (int i = 0; i < settings.length; i += 2) {
            Method setter = type.getMethod("set" + settings[i], String.class);
            setter.invoke(options, talk.given(settings[i + 1]));
        }
        return Class.forName(CLIENT + name).getConstructor(type).newInstance(options);
    }

    private void walk() {
        for (JsonNode step : talk.given.get("walk")) {
            String call = step.get("call").asText();
            try {
                Object client = clients.get(step.get("client").asText());
                JsonNode arguments = filled(arguments(step));
                JsonNode token = filled(step.path("token"));
                Method method = method(client.getClass(), step.get("method").asText(), arguments.size());
                if (method == null) {
                    talk.notSupported(call);
                    continue;
                }
                if (token.isTextual()) {
                    client.getClass().getMethod("setAccessToken", String.class).invoke(client, token.asText());
                }
                JsonNode answer = called(client, method, arguments);
                answers.put(call, answer);
                report(call, fault(answer, step));
            } catch (InvocationTargetException thrown) {
                report(call, Talk.words(thrown));
            } catch (Exception | LinkageError thrown) {
                report(call, Talk.words(thrown));
            }
        }
    }

    private void report(String call, String fault) {
        if (fault == null) {
            talk.passed(call);
        } else {
            talk.failed(call, fault);
        }
    }

    private static JsonNode arguments(JsonNode step) {
        if (step.hasNonNull("args")) {
            return step.get("args");
        }
        ArrayNode one = JsonNodeFactory.instance.arrayNode();
        return step.hasNonNull("params") ? one.add(step.get("params")) : one;
    }

    /** The method with as many parameters, or with one more, which is null, or with none. */
    private static Method method(Class<?> type, String name, int arguments) {
        for (int count : new int[] {arguments, arguments + 1, 0}) {
            for (Method method : type.getMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == count) {
                    return method;
                }
            }
        }
        return null;
    }

    private JsonNode called(Object client, Method method, JsonNode arguments) throws Exception {
        Class<?>[] kinds = method.getParameterTypes();
        Object[] values = new Object[kinds.length];
        for (int i = 0; i < kinds.length; i++) {
            JsonNode given = i < arguments.size() ? arguments.get(i) : null;
            values[i] = given == null ? null : typed.treeToValue(given, kinds[i]);
        }
        printed.reset();
        Object answer = method.invoke(client, values);
        if (answer == null && method.getReturnType() != void.class) {
            String[] lines = printed.toString("UTF-8").split("\n");
            throw new IOException("the client read nothing: " + lines[0]);
        }
        return answer instanceof String ? text((String) answer) : shown.valueToTree(answer);
    }

    /** Some methods give the answer as text. */
    private static JsonNode text(String answer) {
        try {
            return Talk.JSON.readTree(answer);
        } catch (IOException notJson) {
            return new TextNode(answer);
        }
    }

    private static String fault(JsonNode answer, JsonNode step) {
        if (!step.path("plain").asBoolean() && answer.path("statusCode").asInt() != 200) {
            return answer.toString();
        }
        for (Iterator<Map.Entry<String, JsonNode>> each = step.get("expect").fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> one = each.next();
            JsonNode found = at(answer, one.getKey());
            boolean fits = one.getValue().isNull()
                    ? !found.isMissingNode() && !found.isNull()
                    : found.asText().equals(one.getValue().asText());
            if (!fits) {
                return one.getKey() + ": " + found;
            }
        }
        return null;
    }

    private static JsonNode at(JsonNode value, String path) {
        JsonNode found = value;
        for (String key : path.split("\\.")) {
            found = found.isArray() ? found.path(Integer.parseInt(key)) : found.path(key);
        }
        return found;
    }

    private JsonNode filled(JsonNode value) throws IOException {
        if (value.isArray()) {
            ArrayNode made = JsonNodeFactory.instance.arrayNode();
            for (JsonNode item : value) {
                made.add(filled(item));
            }
            return made;
        }
        if (value.has("$code")) {
            return new TextNode(talk.code(value.get("$code").asText()));
        }
        if (value.has("$authorization")) {
            return new TextNode(talk.ask("authorization", value.get("$authorization").asText()));
        }
        if (value.has("$")) {
            return referred(value.get("$").asText());
        }
        if (!value.isObject()) {
            return value;
        }
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        for (Iterator<Map.Entry<String, JsonNode>> each = value.fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> one = each.next();
            made.set(one.getKey(), filled(one.getValue()));
        }
        return made;
    }

    private JsonNode referred(String reference) throws IOException {
        Matcher parts = REFERENCE.matcher(reference);
        JsonNode answer = parts.matches() ? answers.get(parts.group(1)) : null;
        JsonNode found = answer == null ? null : at(answer, parts.group(2));
        if (found == null || found.isMissingNode() || found.isNull()) {
            throw new IOException("nothing at " + reference);
        }
        return found;
    }

    /** Lists of a query are texts in these parameter classes, with commas between the items. */
    private static final class CommasForLists extends DeserializationProblemHandler {
        @Override
        public Object handleUnexpectedToken(
                DeserializationContext context, Class<?> wanted, JsonToken token, JsonParser parser, String why)
                throws IOException {
            if (wanted != String.class || token != JsonToken.START_ARRAY) {
                return NOT_HANDLED;
            }
            List<String> items = new ArrayList<>();
            for (JsonNode item : parser.<JsonNode>readValueAsTree()) {
                items.add(item.asText());
            }
            return String.join(",", items);
        }
    }
}
