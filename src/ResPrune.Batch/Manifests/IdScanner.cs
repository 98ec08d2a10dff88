using System.Text.Json;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// Finds the ids on the first level of an object in bytes that are no valid JSON, or too long to be parsed: it knows only strings, brackets and commas,
/// and so passes over bad numbers, bad UTF-8, repeated keys and missing ends. Takes the line in pieces; holds one id and one key.
/// </summary>
internal sealed class IdScanner
{
    // Six bytes for each character: every one may be written as \u0061.
    private const int MostCaptured = 6 * RequestLineParser.MaxIdLength;
    private readonly Dictionary<string, string?> _ids = [];
    private readonly List<byte> _captured = [];
    private bool _capturing;
    private bool _inString;
    private bool _escaped;
    private bool _inValue;
    private bool _ended;
    private string? _key;
    private long _depth;

    /// <summary>The id under <paramref name="field"/>; null when none can be read, or the line has two that differ.</summary>
    public static string? Find(ReadOnlySpan<byte> line, string field)
    {
        var scanner = new IdScanner();
        scanner.Add(line);
        return scanner.Find(field);
    }

    /// <summary>The id under <paramref name="field"/> in what was added.</summary>
    public string? Find(string field) => _ids.GetValueOrDefault(field);

    /// <summary>Takes the next bytes of the line.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_ended) return;
            if (_inString) AddToString(value);
            else AddOutside(value);
        }
    }

    private void AddToString(byte value)
    {
        if (!_escaped && value == '"')
        {
            _inString = false;
            if (_capturing) EndString();
            return;
        }

        _escaped = !_escaped && value == '\\';
        if (_capturing) Capture(value);
    }

    private void AddOutside(byte value)
    {
        switch (value)
        {
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                return;
            case (byte)'{' or (byte)'[':
                if (_depth == 0 && value == '[') _ended = true;
                else if (_depth == 1) EndValue(null);
                _depth++;
                return;
            case (byte)'}' or (byte)']':
                if (_depth == 1) EndNumber();
                if (--_depth <= 0) _ended = true;
                return;
            case (byte)'"':
                _inString = _depth > 0;
                _ended = _depth == 0;
                _capturing = _depth == 1 && (!_inValue || _key is not null);
                _captured.Clear();
                return;
            case (byte)',' when _depth == 1:
                EndNumber();
                (_inValue, _key) = (false, null);
                return;
            case (byte)':' when _depth == 1:
                _inValue = true;
                _captured.Clear();
                return;
            default:
                // A byte order mark may stand before the object, nothing else.
                if (_depth == 0) _ended = value is not (0xEF or 0xBB or 0xBF);
                else if (_depth == 1 && _inValue && _key is not null) Capture(value);
                return;
        }
    }

    private void Capture(byte value)
    {
        if (_captured.Count <= MostCaptured) _captured.Add(value);
    }

    private void EndString()
    {
        _capturing = false;
        var text = Unescape(_captured);
        _captured.Clear();
        if (_inValue) EndValue(text);
        else _key = text is "id" or "custom_id" ? text : null;
    }

    private void EndNumber()
    {
        if (!_inValue || _key is null) return;
        var text = new string([.. _captured.Select(value => (char)value)]);
        EndValue(RequestLineParser.IsWholeNumber(text) ? text : null);
    }

    private void EndValue(string? id)
    {
        if (!_inValue || _key is null) return;
        if (id is not null && !RequestLineParser.MayBeId(id)) id = null;
        // Of two that differ nobody can say which is meant.
        _ids[_key] = _ids.TryGetValue(_key, out var known) && known != id ? null : id;
        _key = null;
    }

    private static string? Unescape(List<byte> text)
    {
        if (text.Count > MostCaptured) return null;
        try
        {
            var reader = new Utf8JsonReader([(byte)'"', .. text, (byte)'"']);
            return reader.Read() ? reader.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
