using System.Text.Json;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Checkpoints;

/// <summary>
/// A value of one of a checkpoint's JSON files that knows where it stands, so that whatever is wrong with it can be said by file and
/// field. Every accessor throws <see cref="ModelLoadException"/> when the file does not hold what is asked for.
/// </summary>
/// <param name="File">Path of the file.</param>
/// <param name="Name">Dotted path of the value in it; empty for the root.</param>
/// <param name="Element">The value.</param>
internal readonly record struct JsonField(string File, string Name, JsonElement Element)
{
    /// <summary>Default of <see cref="Load"/>: far above any published file (Qwen's tokenizer.json has 11 MB).</summary>
    public const long DefaultMaxBytes = 64L << 20;

    private const int MaxDepth = 32;

    /// <summary>Reads a file of at most <paramref name="maxBytes"/>; nesting above 32 and repeated keys are refused.</summary>
    /// <exception cref="ModelLoadException">Missing, unreadable, too large or not JSON.</exception>
    public static JsonField Load(string path, long maxBytes = DefaultMaxBytes)
    {
        try
        {
            var length = FileLength.Of(path);
            if (length > maxBytes)
                throw new ModelLoadException($"{path}: {length} bytes, more than the {maxBytes} this file may have.");
            ReadOnlySpan<byte> bytes = System.IO.File.ReadAllBytes(path);
            if (bytes.IsEmpty) throw new ModelLoadException($"{path}: {FileStandIn.Describe(bytes, length)}.");
            if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
            var options = new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
            return new JsonField(path, "", JsonElement.Parse(bytes, options));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelLoadException($"{path}: {FileStandIn.Missing(path)}; a checkpoint folder as published on Hugging Face is expected.", exception);
        }
        catch (JsonException exception)
        {
            throw new ModelLoadException($"{path}: {FileStandIn.Describe(path) ?? $"not valid JSON: {exception.Message} Download it again if nobody edited it"}.", exception);
        }
        catch (InvalidOperationException exception)
        {
            // Looking for repeated keys, the parser does not expect a key like "\ud800".
            throw new ModelLoadException($"{path}: has a key that is not valid Unicode text.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>A member that must be there and not null.</summary>
    public JsonField this[string name] =>
        Optional(name) ?? throw new ModelLoadException($"{File}: field '{Join(name)}' is missing.");

    /// <summary>A member, or null when it is absent or JSON null.</summary>
    public JsonField? Optional(string name)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Invalid("an object");
        return Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new JsonField(File, Join(name), value)
            : null;
    }

    /// <summary>The value as text.</summary>
    public string Text()
    {
        if (Element.ValueKind != JsonValueKind.String) throw Invalid("a string");
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new ModelLoadException($"{File}: field '{Name}' is not valid Unicode text.", exception);
        }
    }

    /// <summary>The value as an integer within a range.</summary>
    public int Integer(int minimum, int maximum) =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out var value) && value >= minimum && value <= maximum
            ? value
            : throw Invalid($"an integer from {minimum} to {maximum}");

    /// <summary>The value as a finite number.</summary>
    public double Number() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : throw Invalid("a finite number");

    /// <summary>The value as a truth value.</summary>
    public bool Boolean() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Invalid("true or false"),
    };

    /// <summary>The members of an array, named <c>field[0]</c>, <c>field[1]</c> and so on.</summary>
    public IEnumerable<JsonField> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array) throw Invalid("an array");
        var index = 0;
        foreach (var item in Element.EnumerateArray())
            yield return new JsonField(File, $"{Name}[{index++}]", item);
    }

    /// <summary>The members of an object by key.</summary>
    public IEnumerable<KeyValuePair<string, JsonField>> Members()
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Invalid("an object");
        foreach (var member in Element.EnumerateObject())
            yield return KeyValuePair.Create(KeyOf(member), new JsonField(File, Join(member.Name), member.Value));
    }

    /// <summary>A member that sizes something, 1 to 2²⁴, or its default when absent.</summary>
    public int Size(string name, int defaultValue) => Optional(name)?.Integer(1, 1 << 24) ?? defaultValue;

    /// <summary>A numeric member, or its default when absent.</summary>
    public double Number(string name, double defaultValue) => Optional(name)?.Number() ?? defaultValue;

    /// <summary>A truth-valued member, or its default when absent.</summary>
    public bool Boolean(string name, bool defaultValue) => Optional(name)?.Boolean() ?? defaultValue;

    /// <summary>A text member, or its default when absent.</summary>
    public string Text(string name, string defaultValue) => Optional(name)?.Text() ?? defaultValue;

    /// <summary>What to throw when a member is well-formed and cannot be served.</summary>
    public ModelLoadException Refuse(string name, string why) => new($"{File}: field '{Join(name)}' {why}.");

    /// <summary>What to throw when the value is not <paramref name="expected"/>.</summary>
    public ModelLoadException Invalid(string expected)
    {
        const int Shown = 80;
        var raw = Element.GetRawText();
        if (raw.Length > Shown) raw = string.Concat(raw.AsSpan(0, Shown), "…");
        return new ModelLoadException($"{File}: {(Name.Length == 0 ? "the file" : $"field '{Name}'")} is {raw}; expected {expected}.");
    }

    private string KeyOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new ModelLoadException($"{File}: field '{Name}' has a key that is not valid Unicode text.", exception);
        }
    }

    private string Join(string name) => Name.Length == 0 ? name : $"{Name}.{name}";
}
