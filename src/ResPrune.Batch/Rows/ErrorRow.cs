using System.Text;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Rows;

/// <summary>A row without an answer, and why.</summary>
public sealed record ErrorRow : ResultRow
{
    /// <summary>The closed reason.</summary>
    public required RowErrorCode Code { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Message { get; init; }

    /// <summary>False when the id was made up from the line number.</summary>
    public bool HasOwnId { get; init; } = true;

    /// <summary>The failure of a line.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="line">The line.</param>
    /// <param name="code">The closed reason.</param>
    /// <param name="message">One sentence for a person.</param>
    /// <param name="imageDigest">Digest of the image the engine looked at, as it echoed it; null (default) when it looked at none.</param>
    public static ErrorRow For(BatchId batch, BatchRequestLine line, RowErrorCode code, string message, string? imageDigest = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        return new ErrorRow
        {
            Line = line.LineNumber,
            CustomId = line.CustomId,
            HasOwnId = line.HasOwnId,
            Image = EchoedText.Cut(line.ImageLabel),
            Question = EchoedText.Cut(line.Question),
            RequestId = batch.RequestId(line.LineNumber),
            // An object cannot be cut: a long one is left out, and the id tells the row.
            Carried = line.Carried is { } carried && Encoding.UTF8.GetByteCount(carried) <= EchoedText.MaxBytes ? carried : null,
            ImageDigest = imageDigest,
            Code = code,
            Message = EchoedText.Cut(message),
        };
    }

    /// <summary>The failure of a line that cannot be asked.</summary>
    /// <exception cref="ArgumentException">The line has no <see cref="BatchRequestLine.Fault"/>.</exception>
    public static ErrorRow ForFault(BatchId batch, BatchRequestLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var fault = line.Fault ?? throw new ArgumentException($"Line {line.LineNumber} has no fault.", nameof(line));
        return For(batch, line, fault.Code, fault.Message);
    }
}
