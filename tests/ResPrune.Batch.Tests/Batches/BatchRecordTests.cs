using ResPrune.Batch.Batches;
using ResPrune.Batch.Tests.Commit;

namespace ResPrune.Batch.Tests.Batches;

public sealed class BatchRecordTests
{
    private static readonly Dictionary<BatchStatus, BatchStatus[]> Steps = new()
    {
        [BatchStatus.Validating] = [BatchStatus.InProgress, BatchStatus.Failed, BatchStatus.Cancelling],
        [BatchStatus.InProgress] = [BatchStatus.Finalizing, BatchStatus.Expired, BatchStatus.Cancelling, BatchStatus.Failed],
        [BatchStatus.Finalizing] = [BatchStatus.Completed],
        [BatchStatus.Cancelling] = [BatchStatus.Cancelled, BatchStatus.Failed],
    };

    [Fact]
    public void The_status_machine_is_openais_and_a_batch_under_way_may_fail()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1000);
        foreach (var from in Enum.GetValues<BatchStatus>())
        {
            var record = Record() with { Status = from };
            Assert.Equal(!Steps.ContainsKey(from), record.IsTerminal);
            foreach (var to in Enum.GetValues<BatchStatus>().Where(to => to != from))
            {
                if (Steps.GetValueOrDefault(from, []).Contains(to)) Assert.Equal(to, record.MoveTo(to, now).Status);
                else Assert.Throws<InvalidOperationException>(() => record.MoveTo(to, now));
            }
        }
    }

    [Fact]
    public void Every_step_notes_its_moment_and_a_repeat_changes_nothing()
    {
        var record = Record().MoveTo(BatchStatus.InProgress, DateTimeOffset.FromUnixTimeSeconds(11));
        Assert.Same(record, record.MoveTo(BatchStatus.InProgress, DateTimeOffset.FromUnixTimeSeconds(99)));
        var cancelled = record.MoveTo(BatchStatus.Cancelling, DateTimeOffset.FromUnixTimeSeconds(12)).MoveTo(BatchStatus.Cancelled, DateTimeOffset.FromUnixTimeSeconds(13));
        var completed = record.MoveTo(BatchStatus.Finalizing, DateTimeOffset.FromUnixTimeSeconds(14)).MoveTo(BatchStatus.Completed, DateTimeOffset.FromUnixTimeSeconds(15));
        Assert.Equal((11L, 12L, 13L), (cancelled.InProgressAt, cancelled.CancellingAt, cancelled.CancelledAt));
        Assert.Equal((11L, 14L, 15L), (completed.InProgressAt, completed.FinalizingAt, completed.CompletedAt));
        Assert.Equal(16, record.MoveTo(BatchStatus.Expired, DateTimeOffset.FromUnixTimeSeconds(16)).ExpiredAt);
        Assert.Equal(17, Record().MoveTo(BatchStatus.Failed, DateTimeOffset.FromUnixTimeSeconds(17)).FailedAt);
    }

    [Theory]
    [InlineData(null, null, 1000, false)]
    [InlineData(2L, null, 2, false)]
    [InlineData(2L, null, 3, true)]
    [InlineData(null, 0.1, 10, false)]
    [InlineData(null, 0.1, 11, true)]
    [InlineData(0L, 0.5, 1, true)]
    public void An_error_budget_bears_what_it_says(long? count, double? ratio, long failed, bool exceeded) =>
        Assert.Equal(exceeded, new ErrorBudget { MaxCount = count, MaxRatio = ratio }.IsExceeded(failed, 100));

    private static BatchRecord Record() => new()
    {
        Id = BatchFlow.Id,
        Model = "m",
        Status = BatchStatus.Validating,
        InputFileId = "i",
        CreatedAt = 1,
        Spec = new BatchSpec { Model = "m" },
        Input = new InputReference("i", "1", 1, "00"),
    };
}
