namespace ResPrune.Inference.Inspection;

/// <summary>A file of a model folder.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size; of what it leads to, where it is a link.</param>
public sealed record ModelFile(string Name, long Bytes);
