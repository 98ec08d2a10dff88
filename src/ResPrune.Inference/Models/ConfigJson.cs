using System.Text.Json;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Models;

/// <summary>One object of a checkpoint's JSON file, read with Hugging Face's rule: what is absent or null has its default.</summary>
internal sealed class ConfigJson
{
    private const long MaxFileBytes = 16 << 20;
    private readonly string _path;
    private readonly string _prefix;
    private readonly JsonElement _element;

    private ConfigJson(string path, string prefix, JsonElement element)
    {
        _path = path;
        _prefix = prefix;
        _element = element;
    }

    /// <summary>Parses a file whose root is an object.</summary>
    /// <exception cref="ModelLoadException">The file is absent, too large or no JSON object.</exception>
    public static ConfigDocument Open(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > MaxFileBytes) throw new ModelLoadException($"{path}: {stream.Length} bytes are too many for a config file.");
            var document = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new ConfigDocument(document, new ConfigJson(path, string.Empty, document.RootElement));
            document.Dispose();
            throw new ModelLoadException($"{path}: is no JSON object.");
        }
        catch (JsonException exception)
        {
            throw new ModelLoadException($"{path}: is not valid JSON: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelLoadException(
                $"{path}: not found. A model folder holds config.json, model.safetensors, preprocessor_config.json and tokenizer.json.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public ConfigJson? Object(string name)
    {
        if (Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Object
            ? new ConfigJson(_path, $"{_prefix}{name}.", value)
            : throw Fault(name, "must be an object");
    }

    public int Int(string name, int defaultValue)
    {
        if (Find(name) is not { } value) return defaultValue;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Fault(name, "must be an integer");
    }

    /// <summary>An integer that sizes something: 1 to 2²⁴.</summary>
    public int Size(string name, int defaultValue)
    {
        var number = Int(name, defaultValue);
        return number is > 0 and <= 1 << 24 ? number : throw Fault(name, $"is {number}; it must lie between 1 and {1 << 24}");
    }

    public double Double(string name, double defaultValue)
    {
        if (Find(name) is not { } value) return defaultValue;
        return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Fault(name, "must be a number");
    }

    public bool Bool(string name, bool defaultValue)
    {
        if (Find(name) is not { } value) return defaultValue;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Fault(name, "must be true or false");
    }

    public string String(string name, string defaultValue)
    {
        if (Find(name) is not { } value) return defaultValue;
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Fault(name, "must be a string");
    }

    /// <summary>An integer or a list of integers.</summary>
    public IReadOnlyList<int> IntList(string name, int defaultValue)
    {
        if (Find(name) is not { } value) return [defaultValue];
        if (value.ValueKind != JsonValueKind.Array) return [Int(name, defaultValue)];
        var list = new List<int>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var number)) throw Fault(name, "must hold integers");
            list.Add(number);
        }

        return list;
    }

    /// <summary>An error that names the file and the field.</summary>
    public ModelLoadException Fault(string name, string what) => new($"{_path}: field '{_prefix}{name}' {what}.");

    private JsonElement? Find(string name) =>
        _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
