namespace ResPrune.Batch.Manifests;

/// <summary>Where a batch's questions come from: a <see cref="FolderInput"/> or a <see cref="JsonLinesInput"/>.</summary>
public abstract record BatchInput;
