using System.Text.Json;
using System.Text.RegularExpressions;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Manifests;

/// <summary>Turns a line into a request, or into the reason why it is none. The same bytes always give the same row.</summary>
internal static partial class RequestLineParser
{
    /// <summary>Most characters of an id: more than any path has, with its question's number.</summary>
    public const int MaxIdLength = 1 << 14;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Parses one line that is not blank.</summary>
    /// <param name="line">The line.</param>
    /// <param name="style">The form of the file's lines.</param>
    /// <param name="maxLineBytes">What the line's reader was given, for the message.</param>
    public static BatchRequestLine Parse(RawLine line, InputStyle style, int maxLineBytes)
    {
        if (line.IsOversized)
            return Unreadable(line, style, $"The line has {line.Length} bytes; at most {maxLineBytes} are read (--max-line).");
        try
        {
            using var document = JsonDocument.Parse(line.Content, Options);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return Unreadable(line, style, $"The line is a JSON {Name(root)}, not an object.");
            return style == InputStyle.OpenAi ? OpenAiLineParser.Parse(line.Number, root) : SimpleLineParser.Parse(line.Number, root);
        }
        catch (JsonException exception)
        {
            return Unreadable(line, style, $"The line is not JSON: {exception.Message}");
        }
        catch (InvalidOperationException exception)
        {
            // GetString on bytes that are no UTF-8, or on half of a surrogate pair.
            return Unreadable(line, style, $"The line holds text that is not Unicode: {exception.Message}");
        }
    }

    /// <summary>The style of a file whose first line that is not blank is <paramref name="line"/>; simple when it cannot be told.</summary>
    public static InputStyle Detect(RawLine line)
    {
        // A line that was too long to be kept tells it by its ids.
        if (line.Ids is { } ids) return ids.Find("custom_id") is null ? InputStyle.Simple : InputStyle.OpenAi;
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

    /// <summary>Whether a text is taken as an id: of a length that is allowed, and not of the form that lines without an id are called by.</summary>
    public static bool MayBeId(string id) => id.Length is > 0 and <= MaxIdLength && !MadeUpId().IsMatch(id);

    /// <summary>Whether a JSON number, as it is written, is an id: digits, perhaps behind a minus, without leading zeros.</summary>
    public static bool IsWholeNumber(string number) => WholeNumber().IsMatch(number);

    /// <summary>A row for a line without an id of its own. No submitter's id has this form, so that none can be met.</summary>
    public static BatchRequestLine Nameless(long number, RowErrorCode code, string message) => new()
    {
        LineNumber = number,
        CustomId = $"line-{number} (no id)",
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
            JsonValueKind.Number when IsWholeNumber(value.GetRawText()) => value.GetRawText(),
            _ => null,
        };
        if (!found || value.ValueKind == JsonValueKind.Null || id is "") fault = Fault(RowErrorCode.MissingField, $"The line has no '{field}'.");
        else if (id is null && value.ValueKind == JsonValueKind.Number)
        {
            fault = Fault(
                RowErrorCode.UnsupportedRequest,
                $"'{field}' is the number {EchoedText.Cut(value.GetRawText(), 40)}; an id is a string, or a whole number written in digits alone: put it in quotes.");
        }
        else if (id is null) fault = Fault(RowErrorCode.UnsupportedRequest, $"'{field}' is a JSON {Name(value)}, not a string.");
        else if (id.Length > MaxIdLength) fault = Fault(RowErrorCode.UnsupportedRequest, $"'{field}' is longer than {MaxIdLength} characters.");
        else if (!MayBeId(id)) fault = Fault(RowErrorCode.UnsupportedRequest, $"'{field}' is '{id}', a name kept for lines without an id; use another.");
        return fault is null ? id : null;

        BatchRequestLine Fault(RowErrorCode code, string message) => Nameless(number, code, message);
    }

    /// <summary>What a JSON value is, for messages.</summary>
    public static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static BatchRequestLine Unreadable(RawLine line, InputStyle style, string message)
    {
        var row = Nameless(line.Number, RowErrorCode.InvalidJsonLine, message);
        var field = style == InputStyle.OpenAi ? "custom_id" : "id";
        var id = line.Ids is { } seen ? seen.Find(field) : IdScanner.Find(line.Content.Span, field);
        return id is null ? row : row with { CustomId = id, HasOwnId = true };
    }

    [GeneratedRegex(@"\Aline-[0-9]+ \(no id\)\z", RegexOptions.CultureInvariant)]
    private static partial Regex MadeUpId();

    [GeneratedRegex(@"\A(0|-?[1-9][0-9]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();
}
