using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Passes;

/// <summary>A row of an input as it is at this moment.</summary>
/// <param name="Line">What it asks; the line number is that of the input, from 1.</param>
/// <param name="Bytes">The line without its end, valid until the next row is read.</param>
/// <param name="Fingerprint">What it is.</param>
internal readonly record struct InputRow(BatchRequestLine Line, ReadOnlyMemory<byte> Bytes, RowFingerprint Fingerprint);
