namespace ResPrune.Inference.Weights;

/// <summary>A stored weight that a model may take.</summary>
/// <param name="Name">Canonical name.</param>
/// <param name="File">Where it is stored.</param>
/// <param name="Entry">How it is stored.</param>
/// <param name="StaysMapped">Whether it is used where it lies; pages of others are given back as soon as they were read.</param>
internal sealed record NamedWeight(string Name, SafetensorsFile File, SafetensorsEntry Entry, bool StaysMapped);
