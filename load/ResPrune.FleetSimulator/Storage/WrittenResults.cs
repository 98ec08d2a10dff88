using System.Collections;
using System.Text.Json;

namespace ResPrune.FleetSimulator.Storage;

/// <summary>What the result files say, looked at while they are written: which ids are in them, and how often.</summary>
internal sealed class WrittenResults(long rows)
{
    private readonly Lock _lock = new();
    private readonly BitArray _seen = new(checked((int)rows));
    private long _repeated;
    private long _ids;

    /// <summary>Ids in the files.</summary>
    public long Ids => _ids;

    /// <summary>Ids that were there already.</summary>
    public long Repeated => _repeated;

    /// <summary>Ids of the input that are in no file.</summary>
    public long Missing => rows - (_ids - _repeated);

    /// <summary>A line of a file.</summary>
    public void Note(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals("id"u8)) continue;
            reader.Read();
            var row = (int)GeneratedInput.RowOf(reader.GetString()!);
            lock (_lock)
            {
                _ids++;
                if (_seen[row]) _repeated++;
                _seen[row] = true;
            }

            return;
        }

        throw new FormatException("A line of a result file has no id.");
    }
}
