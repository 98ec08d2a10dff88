namespace ResPrune.Batch.Manifests;

/// <summary>Lines that were chosen from another input, in the form that the whole input has.</summary>
/// <param name="Style">Their form.</param>
/// <param name="Lines">The lines without their ends, each valid until the next; read once.</param>
internal sealed record SelectedLines(InputStyle Style, IAsyncEnumerable<ReadOnlyMemory<byte>> Lines) : BatchInput;
