using System.Globalization;

namespace ResPrune.FleetCost.Silos;

/// <summary>What a silo process is told.</summary>
internal sealed record SiloSettings
{
    public required string Name { get; init; }

    public required bool IsControl { get; init; }

    public required string Store { get; init; }

    public required string Redis { get; init; }

    /// <summary>Time of a micro-batch, full or not.</summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Rows of a micro-batch.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Whether a silo that does not answer is waited for much longer than the product waits, so that a busy machine loses no healthy one. Default true.</summary>
    public bool IsPatient { get; init; } = true;

    /// <summary>As words, for <see cref="Parse"/> in another process.</summary>
    public IEnumerable<string> Words() =>
    [
        Name, IsControl ? "control" : "worker", Store, Redis, BatchTime.ToString("c", CultureInfo.InvariantCulture), Batch.ToString(CultureInfo.InvariantCulture),
        IsPatient ? "patient" : "product",
    ];

    /// <summary>Reads what <see cref="Words"/> made.</summary>
    public static SiloSettings Parse(IReadOnlyList<string> words) => new()
    {
        Name = words[0],
        IsControl = words[1] == "control",
        Store = words[2],
        Redis = words[3],
        BatchTime = TimeSpan.Parse(words[4], CultureInfo.InvariantCulture),
        Batch = int.Parse(words[5], CultureInfo.InvariantCulture),
        IsPatient = words[6] == "patient",
    };
}
