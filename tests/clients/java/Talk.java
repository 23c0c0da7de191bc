import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What the Java drivers share: the lines of tests/clients/runs.py. */
final class Talk {
    static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out = new PrintStream(System.out, true);
    private final BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private int passed;
    private int failed;

    /** What the driver was given. */
    final ObjectNode given;

    Talk() throws IOException {
        // The clients print what they send and what they cannot read; the protocol is read by lines.
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        given = (ObjectNode) JSON.readTree(in.readLine());
    }

    String given(String name) {
        return given.get(name).asText();
    }

    /** The newest code that was sent to an address. */
    String code(String address) throws IOException {
        return ask("code", address);
    }

    String ask(String what, String to) throws IOException {
        say(JsonNodeFactory.instance.objectNode().put("ask", what).put("to", to));
        return JSON.readTree(in.readLine()).get("code").asText();
    }

    void passed(String call) {
        passed++;
        say(outcome(call, "passed"));
    }

    void failed(String call, String why) {
        failed++;
        say(outcome(call, "failed").put("detail", why));
    }

    void notSupported(String call) {
        say(outcome(call, "not supported"));
    }

    /** Says the last line and ends the process, with whatever threads the client has left. */
    void end() {
        say(JsonNodeFactory.instance.objectNode().put("passed", passed).put("failed", failed));
        System.exit(0);
    }

    private static ObjectNode outcome(String call, String outcome) {
        return JsonNodeFactory.instance.objectNode().put("call", call).put("outcome", outcome);
    }

    private void say(JsonNode message) {
        out.println(message);
    }

    /** The text of what went wrong, from the innermost cause. */
    static String words(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        StackTraceElement[] trace = cause.getStackTrace();
        return cause + (trace.length > 0 ? " at " + trace[0] : "");
    }
}
