using System.CommandLine;
using ResPrune.Batch.Batches;

namespace ResPrune.Cli.Commands;

/// <summary>The id of a batch on the command line.</summary>
internal static class BatchArgument
{
    /// <summary>The argument.</summary>
    public static Argument<BatchId> Create() => new("ID")
    {
        Description = "Id of the batch, as 'resprune submit' printed it.",
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (BatchId.TryParse(text, out var batch)) return batch;
            result.AddError($"'{text}' is not a batch id: use the one that 'resprune submit' printed.");
            return default;
        },
    };
}
