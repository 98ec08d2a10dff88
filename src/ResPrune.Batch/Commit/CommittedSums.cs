using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Commit;

/// <summary>What is added up over the commits of a batch.</summary>
internal sealed class CommittedSums
{
    private readonly Dictionary<EngineStamp, EngineShare> _engines = [];

    /// <summary>Commits so far.</summary>
    public int Shards { get; private set; }

    /// <summary>Sums over their rows.</summary>
    public RowTotals Totals { get; private set; } = RowTotals.Zero;

    /// <summary>What answered, in the order of their first shards.</summary>
    public IReadOnlyList<EngineShare> Engines => [.. _engines.Values];

    public void Add(ShardCommit commit)
    {
        Shards++;
        Totals = Totals.Add(commit.Totals);
        if (commit.Engine is null) return;
        var share = _engines.GetValueOrDefault(commit.Engine) ?? new EngineShare(commit.Engine, 0, 0);
        _engines[commit.Engine] = share with { Shards = share.Shards + 1, Rows = share.Rows + commit.Totals.Rows };
    }
}
