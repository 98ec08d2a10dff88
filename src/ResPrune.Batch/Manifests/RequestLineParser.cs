using System.Globalization;
using System.Text.Json;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Manifests;

/// <summary>Turns a line into a request, or into the reason why it is none. The same bytes always give the same row.</summary>
internal static class RequestLineParser
{
    /// <summary>Most characters of an id.</summary>
    public const int MaxIdLength = 512;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Parses one line that is not blank.</summary>
    public static BatchRequestLine Parse(RawLine line, InputStyle style)
    {
        if (line.IsOversized)
            return Unreadable(line.Number, $"The line has {line.Length} bytes; at most {RawLineReader.MaxLineBytes} are read.");
        try
        {
            using var document = JsonDocument.Parse(line.Content, Options);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return Unreadable(line.Number, $"The line is a JSON {Name(root)}, not an object.");
            return style == InputStyle.OpenAi ? OpenAiLineParser.Parse(line.Number, root) : SimpleLineParser.Parse(line.Number, root);
        }
        catch (JsonException exception)
        {
            return Unreadable(line.Number, $"The line is not JSON: {exception.Message}");
        }
        catch (InvalidOperationException exception)
        {
            // GetString on bytes that are no UTF-8, or on half of a surrogate pair.
            return Unreadable(line.Number, $"The line holds text that is not Unicode: {exception.Message}");
        }
    }

    /// <summary>The style of a file whose first line that is not blank is <paramref name="line"/>; simple when it cannot be told.</summary>
    public static InputStyle Detect(RawLine line)
    {
        try
        {
            using var document = JsonDocument.Parse(line.Content, Options);
            var root = document.RootElement;
            var openAi = root.ValueKind == JsonValueKind.Object && (root.TryGetProperty("custom_id", out _) || root.TryGetProperty("body", out _));
            return openAi ? InputStyle.OpenAi : InputStyle.Simple;
        }
        catch (JsonException)
        {
            return InputStyle.Simple;
        }
    }

    /// <summary>A row for a line without an id of its own.</summary>
    public static BatchRequestLine Nameless(long number, RowErrorCode code, string message) => new()
    {
        LineNumber = number,
        CustomId = $"line-{number}",
        HasOwnId = false,
        Fault = new RowFault(code, message),
    };

    /// <summary>The id in a field: a string, or a whole number; null, with the row that says so, when there is none.</summary>
    public static string? ReadId(long number, JsonElement root, string field, out BatchRequestLine? fault)
    {
        fault = null;
        var found = root.TryGetProperty(field, out var value);
        var id = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number when value.TryGetInt64(out var integer) => integer.ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
        if (!found || value.ValueKind == JsonValueKind.Null || id is "") fault = Fault(RowErrorCode.MissingField, $"The line has no '{field}'.");
        else if (id is null) fault = Fault(RowErrorCode.UnsupportedRequest, $"'{field}' is a JSON {Name(value)}, not a string.");
        else if (id.Length > MaxIdLength) fault = Fault(RowErrorCode.UnsupportedRequest, $"'{field}' is longer than {MaxIdLength} characters.");
        return fault is null ? id : null;

        BatchRequestLine Fault(RowErrorCode code, string message) => Nameless(number, code, message);
    }

    /// <summary>What a JSON value is, for messages.</summary>
    public static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static BatchRequestLine Unreadable(long number, string message) => Nameless(number, RowErrorCode.InvalidJsonLine, message);
}
