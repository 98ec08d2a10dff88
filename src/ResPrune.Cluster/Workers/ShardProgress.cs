using ResPrune.Batch.Rows;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cluster.Workers;

/// <summary>How far an attempt is; written by the rows as they finish, read by the reports.</summary>
internal sealed class ShardProgress(int answersWanted) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly List<ResultRow> _unsummed = [];
    private readonly List<FirstAnswer> _answers = [];
    private RowTotals _totals = RowTotals.Zero;
    private int _answersWanted = answersWanted;

    /// <summary>The row that an isolated attempt is on.</summary>
    public long? Line
    {
        get
        {
            lock (_lock) return field;
        }

        set
        {
            lock (_lock) field = value;
        }
    }

    /// <summary>A row has its outcome.</summary>
    public void Note(ResultRow row)
    {
        lock (_lock)
        {
            _unsummed.Add(row);
            if (row is not AnswerRow answer || _answersWanted == 0) return;
            _answersWanted--;
            _answers.Add(new FirstAnswer(answer.Line, answer.CustomId, answer.Image, answer.Question, answer.Answer));
        }

        _news.Release();
    }

    /// <summary>Waits until the interval is over, or an answer came that somebody waits to see.</summary>
    public async Task WaitForNewsAsync(TimeSpan interval, TimeProvider time, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(interval, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await _news.WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The interval is over.
        }
    }

    /// <summary>Sums of the rows so far, and the answers nobody was told of yet.</summary>
    public (RowTotals Totals, IReadOnlyList<FirstAnswer> Answers) Take()
    {
        lock (_lock)
        {
            _totals = _totals.Add(RowTotals.Of(_unsummed));
            _unsummed.Clear();
            FirstAnswer[] answers = [.. _answers];
            _answers.Clear();
            return (_totals, answers);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _news.Dispose();
}
