namespace ResPrune.Cluster.Placement;

/// <summary>Key of a GPU worker grain: <c>{siloName}/{device}</c>. One device of one silo, so exactly one worker by construction.</summary>
/// <param name="Silo">Name of the silo; may itself hold slashes.</param>
/// <param name="Device">Device on that silo, for example <c>cpu</c> or <c>cuda:0</c>; holds no slash.</param>
public readonly record struct GpuWorkerKey(string Silo, string Device)
{
    /// <summary>Reads <c>{siloName}/{device}</c>.</summary>
    /// <exception cref="FormatException">There is no slash, or nothing on one side of the last one.</exception>
    public static GpuWorkerKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.LastIndexOf('/');
        if (slash <= 0 || slash == text.Length - 1)
            throw new FormatException($"'{text}' is not a GPU worker key: use siloName/device, for example worker-0/cuda:0.");
        return new GpuWorkerKey(text[..slash], text[(slash + 1)..]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Silo}/{Device}";
}
