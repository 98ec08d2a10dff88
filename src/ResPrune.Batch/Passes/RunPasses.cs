using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>
/// The passes over one input. The first asks every row; a later one asks what is new, changed or failed and keeps the other answers. A pass that was cut
/// off goes on where nothing has changed since; else what it brought counts, and another begins. The state is replaced as a whole, and what it names stays
/// until the next state is there: a crash at any point costs no result.
/// </summary>
public sealed class RunPasses(IBlobStore store, TimeProvider time)
{
    private const int MaxStateBytes = 4 << 20;

    // In the labels of a pass's batch: older versions wrote batches without it.
    private const string PassFormat = "passes";

    /// <summary>Where the totals of <see cref="WriteResultsAsync"/> stand.</summary>
    public static string ManifestBlob => PassBlobs.Manifest;

    /// <summary>What the store holds; null when nothing was begun in it.</summary>
    /// <exception cref="PassFormatException">It was written by another version of this program.</exception>
    public async Task<PassState?> FindAsync(CancellationToken cancellationToken)
    {
        var content = await store.ReadAsync(PassBlobs.State, MaxStateBytes, cancellationToken).ConfigureAwait(false);
        if (content is null)
        {
            // A batch beside no state is what a crash left before the first state, or what versions without passes wrote: they began with a record.
            await foreach (var record in new BatchCatalog(store).ListAsync(cancellationToken).ConfigureAwait(false))
                if (record.Metadata?.ContainsKey(PassFormat) != true) throw new PassFormatException("an older version");
            return null;
        }

        try
        {
            var state = JsonSerializer.Deserialize(content.Bytes.Span, PassJsonContext.Default.PassState) ?? throw new JsonException("It is null.");
            return state.Format == PassState.CurrentFormat ? state : throw new PassFormatException("another version");
        }
        catch (JsonException exception)
        {
            throw new PassFormatException("another version", exception);
        }
    }

    /// <summary>The pass to go on with, or a new one; planned and stored, not started.</summary>
    /// <param name="state">What <see cref="FindAsync"/> found; its facts are those of the request.</param>
    /// <param name="request">What is wanted now.</param>
    /// <param name="cancellationToken">Stops; a repeat begins this step anew.</param>
    public async Task<PassState> PrepareAsync(PassState? state, PassRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (state is { Pass: { } current } && await IsStillWantedAsync(state, current, request, cancellationToken).ConfigureAwait(false)) return state;
        var next = state ?? new PassState { Format = PassState.CurrentFormat, Facts = request.Facts };
        if (next.Pass is { } before)
        {
            var gathered = await new PassGathering(store, time, next.Earlier).GatherAsync(before, cancellationToken).ConfigureAwait(false);
            next = next with { Earlier = gathered, Pass = null };
            await WriteAsync(next, cancellationToken).ConfigureAwait(false);
        }

        var labelled = request with { Facts = new Dictionary<string, string>(request.Facts) { [PassFormat] = "1" } };
        var pass = await new PassPlanner(store, time, labelled, next.Earlier).PlanAsync(cancellationToken).ConfigureAwait(false);
        next = next with { Pass = pass };
        await WriteAsync(next, cancellationToken).ConfigureAwait(false);
        return next;
    }

    /// <summary>Writes the results of the pass, which has ended; blobs that <see cref="DeleteResultsAsync"/> takes away again.</summary>
    /// <param name="state">The state with the pass.</param>
    /// <param name="spec">How the answers were made.</param>
    /// <param name="cancellationToken">Cancels; a repeat begins anew.</param>
    /// <exception cref="BatchCorruptedException">The pass has not ended, or the stored state contradicts itself.</exception>
    public Task<BatchManifest> WriteResultsAsync(PassState state, BatchSpec spec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(state);
        var pass = state.Pass ?? throw new ArgumentException("The state has no pass.", nameof(state));
        return new PassResults(store, time, state.Earlier).WriteAsync(pass, spec, cancellationToken);
    }

    /// <summary>Takes the written results away, once they are where people look for them.</summary>
    public async Task DeleteResultsAsync(CancellationToken cancellationToken)
    {
        foreach (var blob in (string[])[PassBlobs.Output, PassBlobs.Errors, PassBlobs.Manifest])
            await store.DeleteAsync(blob, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsStillWantedAsync(PassState state, Pass pass, PassRequest request, CancellationToken cancellationToken)
    {
        if (pass.Digest != request.Input.Digest) return false;
        var record = (await new BatchCatalog(store).ReadAsync(pass.Id, cancellationToken).ConfigureAwait(false))?.Record;
        if (record is null && pass.Counts.Asked > 0) return false;
        // A batch that failed as a whole is begun again: what it failed for may be mended.
        if (record?.Status == BatchStatus.Failed) return false;
        if (record is { IsTerminal: false }) return pass.Retry == request.Retry || state.Earlier is null;
        var failed = pass.Counts.KeptFailed + (record?.RequestCounts.Failed ?? 0);
        return request.Retry switch
        {
            RetryPolicy.All => false,
            RetryPolicy.None => true,
            _ => failed == 0,
        };
    }

    private async Task WriteAsync(PassState state, CancellationToken cancellationToken) => await store.WriteAsync(
        PassBlobs.State, JsonSerializer.SerializeToUtf8Bytes(state, PassJsonContext.Default.PassState), BlobWriteCondition.Always, cancellationToken)
        .ConfigureAwait(false);
}
