namespace ResPrune.Cli.Inspecting;

/// <summary>What <c>resprune model check</c> found; also what <c>--json</c> prints.</summary>
internal sealed record CheckReport
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Its family.</summary>
    public required string ModelType { get; init; }

    /// <summary>Number of weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Where it ran.</summary>
    public required string Device { get; init; }

    /// <summary>What it computed in, and what its weights were held in.</summary>
    public required string DType { get; init; }

    /// <summary>Digest of the weights.</summary>
    public required string WeightsDigest { get; init; }

    /// <summary>Bytes of the weight files.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Seconds that reading the weight files took and nothing else, the kernel having forgotten them.</summary>
    public required double ReadSeconds { get; init; }

    /// <summary>Seconds that loading took, likewise.</summary>
    public required double LoadSeconds { get; init; }

    /// <summary>Loading over reading.</summary>
    public required double LoadToRead { get; init; }

    /// <summary>Bytes of the weights as they are held.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Most memory the process had until the model was loaded, in bytes (VmHWM); mapped weights count while they are resident.</summary>
    public required long PeakMemoryLoading { get; init; }

    /// <summary>The same until the last answer.</summary>
    public required long PeakMemory { get; init; }

    /// <summary>What loading must stay within: the weights as they are held and 1 GiB.</summary>
    public required long PeakMemoryBound { get; init; }

    /// <summary>An answer with all tokens and one with the budget.</summary>
    public required IReadOnlyList<CheckAnswer> Answers { get; init; }

    /// <summary>What is unusual about the folder and does not keep it from serving.</summary>
    public required IReadOnlyList<string> Notices { get; init; }
}
