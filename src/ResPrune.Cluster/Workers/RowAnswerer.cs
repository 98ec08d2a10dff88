using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Cluster.Storage;
using ResPrune.Cluster.Tracing;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// Gives one line its row: fetches the image, asks the engine, names what went wrong. Whatever is wrong with a line costs that line only.
/// </summary>
internal sealed partial class RowAnswerer(
    StoragePolicy storage,
    WorkerInstruments instruments,
    IOptions<GpuWorkerOptions> options,
    TimeProvider time,
    ILogger<RowAnswerer> logger)
{
    private readonly GpuWorkerOptions _options = options.Value;
    private readonly ResiliencePipeline<GenerationOutcome> _asking = Asking(options.Value.EngineRetries);

    /// <summary>Answers a line; the row carries what the engine echoed beside what was asked.</summary>
    /// <param name="attempt">What it is part of: its engine is asked, its token ends it.</param>
    /// <param name="batch">The line's batch.</param>
    /// <param name="line">The line.</param>
    /// <param name="feed">The worker's bound on the bytes of images.</param>
    /// <exception cref="IOException">The place the images are in cannot be read at all.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the engine is shutting down: the row has no
    /// outcome.</exception>
    public async Task<AttemptRow> AnswerAsync(ShardAttempt attempt, BatchContext batch, BatchRequestLine line, ShardFeed feed)
    {
        var cancellationToken = attempt.Token;
        using var span = RowActivities.Start(attempt, batch, line, _options.TracedRows);
        using var timeout = new CancellationTokenSource(_options.RowTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        AttemptRow row;
        try
        {
            row = await AnswerInTimeAsync(attempt, batch, line, feed, span, both.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            row = Failed(batch, line, RowErrorCode.Timeout, $"No answer within {_options.RowTimeout}.");
        }

        RowActivities.Ended(span, row.Result);
        instruments.QuestionFinished(row.Result);
        return row;
    }

    /// <summary>A row that says why a line was not answered.</summary>
    public static AttemptRow Failed(BatchContext batch, BatchRequestLine line, RowErrorCode code, string message) =>
        new(line.LineNumber, line.CustomId, null, ErrorRow.For(batch.Record.Id, line, code, message));

    private async Task<AttemptRow> AnswerInTimeAsync(
        ShardAttempt attempt, BatchContext batch, BatchRequestLine line, ShardFeed feed, Activity? span, CancellationToken cancellationToken)
    {
        if (line.Fault is not null) return new AttemptRow(line.LineNumber, line.CustomId, null, ErrorRow.ForFault(batch.Record.Id, line));
        if (GenerationRequests.KeepFaultOf(line) is { } fault) return Failed(batch, line, RowErrorCode.UnsupportedRequest, fault);
        // (6) Fetch. The caller bounds how many rows are here at a time, the feed their bytes.
        var held = feed.ImageEstimate;
        await feed.Images.EnterAsync(held, cancellationToken);
        try
        {
            var started = time.GetTimestamp();
            ImageFetchOutcome fetched;
            using (RowActivities.StartPart(span, "row fetch")) fetched = await FetchAsync(batch, line, cancellationToken);
            var duration = time.GetElapsedTime(started);
            instruments.Fetched(duration);
            attempt.NoteFetch(duration);
            if (fetched is ImageFetchFailure failure) return Failed(batch, line, failure.Code, failure.Message);
            var image = (FetchedImage)fetched;
            feed.NoteImage(image.Bytes.Length);
            feed.Images.Correct(image.Bytes.Length - held);
            held = image.Bytes.Length;
            // (7) The engine's front; it waits there when the device is behind.
            var request = GenerationRequests.For(batch.Record.Id, batch.Record.Spec, line, image);
            using var generation = RowActivities.StartPart(span, "row generate");
            var outcome = await AskAsync(request, image.Digest, attempt.Engine, cancellationToken);
            return new AttemptRow(line.LineNumber, line.CustomId, image.Digest, ResultRows.From(batch.Record.Id, line, outcome));
        }
        finally
        {
            feed.Images.Leave(held);
        }
    }

    // Not repeated here: the fetcher does that, and knows whether the image or the place it is in is at fault.
    private Task<ImageFetchOutcome> FetchAsync(BatchContext batch, BatchRequestLine line, CancellationToken cancellationToken) =>
        storage.RunAsync(StorageOperations.ReadImage, token => batch.Images.FetchAsync(line.Image, token), cancellationToken);

    private async Task<GenerationOutcome> AskAsync(
        GenerationRequest request, string digest, IVisionLanguageEngine engine, CancellationToken cancellationToken) => await _asking.ExecuteAsync(
        async token =>
        {
            try
            {
                return await engine.GenerateAsync(request, token);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or ObjectDisposedException or DeviceFailedException))
            {
                // An engine that throws on a row must not take the rest of the shard with it.
                LogEngineThrew(logger, exception, request.RequestId);
                return new GenerationFailure(request.RequestId, digest, FailureReason.EngineError, exception.Message);
            }
        },
        cancellationToken);

    /// <summary>A row that failed in the engine is asked again at once: the fault may have been a neighbour's in the micro-batch.</summary>
    private static ResiliencePipeline<GenerationOutcome> Asking(int retries) => retries == 0
        ? ResiliencePipeline<GenerationOutcome>.Empty
        : new ResiliencePipelineBuilder<GenerationOutcome>()
            .AddRetry(new RetryStrategyOptions<GenerationOutcome>
            {
                ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Result is GenerationFailure { Reason: FailureReason.EngineError }),
                MaxRetryAttempts = retries,
                Delay = TimeSpan.Zero,
            })
            .Build();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The engine threw on request {Request}.")]
    private static partial void LogEngineThrew(ILogger logger, Exception exception, string request);
}
