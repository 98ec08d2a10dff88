namespace ResPrune.TinyModel.Training;

/// <summary>One weight inside the vector of all.</summary>
/// <param name="Name">Canonical name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Its first value in the vector.</param>
/// <param name="Length">Number of values.</param>
internal sealed record TrainingWeight(string Name, long[] Shape, int Offset, int Length)
{
    /// <summary>Matrices decay; norms, biases and embedding tables do not.</summary>
    public bool Decays => Shape.Length > 1 && !Name.Contains("embed", StringComparison.Ordinal);

    public bool IsVision => Name.StartsWith("vision_tower", StringComparison.Ordinal) || Name.StartsWith(PatchLoss.HeadName, StringComparison.Ordinal);
}
