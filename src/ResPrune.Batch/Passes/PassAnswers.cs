using System.Runtime.CompilerServices;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>The results of the rows that a pass asks, whether its batch has ended or was cut off.</summary>
internal sealed class PassAnswers(IBlobStore store, TimeProvider time)
{
    /// <summary>One for each row that the pass asks, in order; fewer when the batch was never planned.</summary>
    /// <exception cref="BatchCorruptedException">The stored state contradicts itself.</exception>
    public async IAsyncEnumerable<PassAnswer> ReadAsync(Pass pass, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (pass.Counts.Asked == 0) yield break;
        var read = await new BatchCatalog(store).ReadAsync(pass.Id, cancellationToken).ConfigureAwait(false);
        if (read?.Record.Plan is null) yield break;
        var ledger = new ShardLedger(store, time);
        await foreach (var shard in new ShardPlanner(store, time).ReadShardsAsync(pass.Id, cancellationToken).ConfigureAwait(false))
        {
            var commit = await ledger.ReadCommitAsync(pass.Id, shard.Ordinal, cancellationToken).ConfigureAwait(false);
            if (commit is null)
            {
                for (var row = 0; row < shard.Rows; row++) yield return default;
                continue;
            }

            var rows = 0;
            await foreach (var row in ledger.ReadRowsAsync(commit, cancellationToken).ConfigureAwait(false))
            {
                rows++;
                yield return new PassAnswer(row, commit.WrittenAt, commit.Engine);
            }

            if (rows != shard.Rows) throw new BatchCorruptedException(pass.Id, commit.Blob, $"{rows} rows for the {shard.Rows} lines of shard {shard.Ordinal}.");
        }
    }
}

/// <summary>The result of a row that was asked.</summary>
/// <param name="Row">The result; null while its shard is not committed.</param>
/// <param name="At">When its attempt was written, in Unix seconds.</param>
/// <param name="Engine">What answered; null when nothing ran.</param>
internal readonly record struct PassAnswer(ResultRow? Row, long At, EngineStamp? Engine);
