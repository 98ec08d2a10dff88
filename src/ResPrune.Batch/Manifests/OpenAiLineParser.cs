using System.Text.Json;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// Reads OpenAI batch lines for <c>/v1/chat/completions</c>: one user message with one image and text. What would change the answer and is
/// not supported is refused by name, never ignored.
/// </summary>
internal static class OpenAiLineParser
{
    private const string Endpoint = "/v1/chat/completions";

    public static BatchRequestLine Parse(long number, JsonElement root)
    {
        var id = RequestLineParser.ReadId(number, root, "custom_id", out var nameless);
        if (id is null) return nameless!;
        var line = new BatchRequestLine { LineNumber = number, CustomId = id };
        try
        {
            Expect(root, "method", "POST");
            Expect(root, "url", Endpoint);
            var body = Require(root, "body", JsonValueKind.Object, "body");
            line = ReadMessage(line, body);
            OpenAiBodyFields.Check(body);
            line = line with { Sampling = OpenAiBodyFields.ReadSampling(body, "body."), Keep = OpenAiBodyFields.ReadKeep(body, "body.") };
            return string.IsNullOrWhiteSpace(line.Question) ? Fail(line, RowErrorCode.QuestionEmpty, "The message has no text.") : line;
        }
        catch (UnsupportedRequestException exception)
        {
            return Fail(line, exception.Code, exception.Message);
        }
    }

    private static BatchRequestLine ReadMessage(BatchRequestLine line, JsonElement body)
    {
        var messages = Require(body, "messages", JsonValueKind.Array, "body.messages");
        if (messages.GetArrayLength() != 1)
            throw Unsupported($"body.messages has {messages.GetArrayLength()} messages; exactly one, of the user, is supported.");
        var message = messages[0];
        if (message.ValueKind != JsonValueKind.Object) throw Unsupported("body.messages[0] is not an object.");
        var role = Require(message, "role", JsonValueKind.String, "body.messages[0].role").GetString();
        if (role != "user") throw Unsupported($"body.messages[0].role is '{EchoedText.Cut(role!, 200)}'; only 'user' is supported.");
        if (message.TryGetProperty("content", out var text) && text.ValueKind == JsonValueKind.String)
            throw new UnsupportedRequestException(RowErrorCode.MissingField, "body.messages[0].content is text only; it needs an 'image_url' part.");
        var parts = Require(message, "content", JsonValueKind.Array, "body.messages[0].content");
        string? image = null;
        var texts = new List<string>();
        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            var place = $"body.messages[0].content[{index++}]";
            if (part.ValueKind != JsonValueKind.Object) throw Unsupported($"{place} is not an object.");
            var type = Require(part, "type", JsonValueKind.String, place + ".type").GetString();
            if (type == "text") texts.Add(Require(part, "text", JsonValueKind.String, place + ".text").GetString()!);
            else if (type != "image_url") throw Unsupported($"{place}.type is '{EchoedText.Cut(type!, 200)}'; 'text' and 'image_url' are supported.");
            else if (image is not null) throw Unsupported($"{place} is a second image; one is supported.");
            else image = ReadImage(part, place);
        }

        line = line with { Question = string.Join('\n', texts) };
        if (string.IsNullOrEmpty(image))
            throw new UnsupportedRequestException(RowErrorCode.MissingField, "body.messages[0].content has no 'image_url' part with a url.");
        return line with { Image = image };
    }

    private static string ReadImage(JsonElement part, string place)
    {
        var wrapper = Require(part, "image_url", JsonValueKind.Object, place + ".image_url");
        return Require(wrapper, "url", JsonValueKind.String, place + ".image_url.url").GetString()!;
    }

    private static JsonElement Require(JsonElement parent, string field, JsonValueKind kind, string place)
    {
        if (!parent.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
            throw new UnsupportedRequestException(RowErrorCode.MissingField, $"The line has no '{place}'.");
        if (value.ValueKind != kind)
        {
            var wanted = kind == JsonValueKind.String ? "a string" : $"an {kind.ToString().ToLowerInvariant()}";
            throw Unsupported($"'{place}' is a JSON {RequestLineParser.Name(value)}, not {wanted}.");
        }

        return value;
    }

    private static void Expect(JsonElement root, string field, string value)
    {
        var found = Require(root, field, JsonValueKind.String, field).GetString();
        if (found != value) throw Unsupported($"'{field}' is '{EchoedText.Cut(found!, 200)}'; only '{value}' is supported.");
    }

    private static BatchRequestLine Fail(BatchRequestLine line, RowErrorCode code, string message) => line with { Fault = new RowFault(code, message) };

    private static UnsupportedRequestException Unsupported(string message) => new(RowErrorCode.UnsupportedRequest, message);
}
