using ResPrune.Batch.Commit;
using ResPrune.Batch.Passes;
using ResPrune.Batch.Rows;

namespace ResPrune.Cli.Running;

/// <summary>
/// A finished run in numbers: those of the batch's own manifest, and what only this process knows. Also what <c>--json</c> prints.
/// </summary>
internal sealed record RunSummary
{
    /// <summary>Id of the batch.</summary>
    public required string Batch { get; init; }

    /// <summary>How it ended, in the OpenAI Batch API's words.</summary>
    public required string Status { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Token budget as it was typed.</summary>
    public required string Keep { get; init; }

    /// <summary>How the tokens were chosen.</summary>
    public required string Pruner { get; init; }

    /// <summary>Different pictures asked about.</summary>
    public required long Images { get; init; }

    /// <summary>Rows of the input.</summary>
    public required long Questions { get; init; }

    /// <summary>Rows with an answer.</summary>
    public required long Answered { get; init; }

    /// <summary>Rows without one.</summary>
    public required long Failed { get; init; }

    /// <summary>Rows without an answer by reason.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>
    /// Rows by what became of them in this pass over the input: <c>new</c>, <c>changed</c> and <c>failed</c> before were asked, as was what was wished
    /// <c>again</c>; <c>kept</c> and <c>kept_failed</c> stand; <c>faults</c> cannot be asked; <c>removed</c> are not in the input any more.
    /// </summary>
    public required PassCounts Pass { get; init; }

    /// <summary>Files and folders of the input folder that are not read, by kind (<see cref="ResPrune.Batch.Manifests.SkippedKinds"/>).</summary>
    public IReadOnlyDictionary<string, long> Skipped { get; init; } = new Dictionary<string, long>();

    /// <summary>Rows that earlier runs of the same command had done.</summary>
    public required long DoneBefore { get; init; }

    /// <summary>Wall-clock time of this run, from the start of the work.</summary>
    public required double Seconds { get; init; }

    /// <summary>Pictures of this run per second; null when it had nothing left to do.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Rows of this run per second; null when it had nothing left to do.</summary>
    public double? QuestionsPerSecond { get; init; }

    /// <summary>Visual tokens of the answers before and after pruning.</summary>
    public required VisualTokenCount VisualTokens { get; init; }

    /// <summary>Tokens prefilled.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>What the answers cost, over all runs.</summary>
    public required RowWork Work { get; init; }

    /// <summary>Prefill FLOPs that pruning saved.</summary>
    public required double PrefillFlopsSaved { get; init; }

    /// <summary>KV-cache bytes that pruning saved, summed over the answers.</summary>
    public required long KvBytesSaved { get; init; }

    /// <summary>Seconds of device time behind the answers, over all runs.</summary>
    public required double DeviceSeconds { get; init; }

    /// <summary>Most memory that this process had at a time, in bytes (VmHWM); mapped weights count while they are resident.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>What is unusual about the model's folder and does not keep it from serving, a line each.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Where the results are.</summary>
    public required ResultPaths Files { get; init; }

    /// <summary>The exit code that goes with it.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Puts the manifest's numbers beside those of this run.</summary>
    public static RunSummary Of(BatchManifest manifest, string status, long images, PassCounts pass, long doneBefore, TimeSpan elapsed, ResultPaths files)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var totals = manifest.Totals;
        var doneNow = manifest.Rows - doneBefore;
        double? rate = doneNow > 0 && elapsed > TimeSpan.Zero ? doneNow / elapsed.TotalSeconds : null;
        return new RunSummary
        {
            Batch = manifest.Batch.Value,
            Status = status,
            Model = manifest.Spec.Model,
            Keep = manifest.Spec.Keep,
            Pruner = manifest.Spec.Pruner,
            Images = images,
            Questions = manifest.Rows,
            Answered = totals.Answered,
            Failed = totals.Failed,
            Errors = totals.Errors.ToDictionary(error => error.Key.ToName(), error => error.Value),
            Pass = pass,
            DoneBefore = doneBefore,
            Seconds = elapsed.TotalSeconds,
            ImagesPerSecond = rate * images / manifest.Rows,
            QuestionsPerSecond = rate,
            VisualTokens = totals.VisualTokens,
            PromptTokens = totals.PromptTokens,
            CompletionTokens = totals.CompletionTokens,
            Work = totals.Work,
            PrefillFlopsSaved = manifest.PrefillFlopsSaved,
            KvBytesSaved = manifest.KvBytesSaved,
            DeviceSeconds = manifest.DeviceSeconds,
            PeakMemoryBytes = PeakMemory.Bytes(),
            Files = files,
            ExitCode = totals.Failed == 0 ? Commands.ExitCode.Success : Commands.ExitCode.FailedRows,
        };
    }
}
