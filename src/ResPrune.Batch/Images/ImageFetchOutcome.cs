namespace ResPrune.Batch.Images;

/// <summary>What became of an image reference: a <see cref="FetchedImage"/> or an <see cref="ImageFetchFailure"/>.</summary>
public abstract record ImageFetchOutcome;
