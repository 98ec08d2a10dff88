using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cluster.Tests.Batches;

public sealed class ShardBoardTests
{
    private static readonly BatchId Batch = BatchId.Parse("batch_test");
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    [Fact]
    public void Shards_are_given_in_order_and_committed_ones_are_not_given_again()
    {
        var board = new ShardBoard(4, [1], maxAttempts: 3, Duration);

        Assert.Equal([0, 2, 3], new[] { Lease(board).Shard, Lease(board).Shard, Lease(board).Shard });
        Assert.Null(board.Lease(Batch, "w", Now));
        Assert.Equal((0, 3, 1), (board.Waiting, board.Held, board.Committed));
    }

    [Fact]
    public void A_lease_that_is_renewed_lasts_and_one_that_is_not_is_given_to_another()
    {
        var board = new ShardBoard(1, [], maxAttempts: 3, Duration);
        var first = Lease(board);

        Assert.True(board.Renew(0, "w", first.Attempt, RowTotals.Zero, Now + TimeSpan.FromSeconds(50)));
        Assert.Equal(0, board.Expire(Now + TimeSpan.FromSeconds(109)));
        Assert.Equal(1, board.Expire(Now + TimeSpan.FromSeconds(110)));
        var second = Lease(board);

        Assert.Equal(2, second.Try);
        Assert.NotEqual(first.Attempt, second.Attempt);
        Assert.False(board.Renew(0, "w", first.Attempt, RowTotals.Zero, Now));
        Assert.False(board.Fail(0, first.Attempt, "late"));
    }

    [Fact]
    public void After_the_last_failed_attempt_the_shard_is_given_up_and_says_why()
    {
        var board = new ShardBoard(1, [], maxAttempts: 2, Duration);
        board.Fail(0, Lease(board).Attempt, "first");
        var second = Lease(board);
        Assert.Null(second.GiveUpReason);
        board.Fail(0, second.Attempt, "the disk is full");

        var last = Lease(board);

        Assert.Contains("2 attempts", last.GiveUpReason, StringComparison.Ordinal);
        Assert.Contains("the disk is full", last.GiveUpReason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_that_is_handed_back_counts_as_no_attempt()
    {
        var board = new ShardBoard(1, [], maxAttempts: 1, Duration);
        board.Return(0, Lease(board).Attempt);

        var again = Lease(board);

        Assert.Equal((1, null), (again.Try, again.GiveUpReason));
    }

    [Fact]
    public void An_attempt_nobody_knows_is_adopted_when_its_shard_is_free()
    {
        var board = new ShardBoard(2, [1], maxAttempts: 3, Duration);
        var stranger = AttemptId.New();

        Assert.True(board.Renew(0, "w", stranger, RowTotals.Zero with { Answered = 5 }, Now));
        Assert.False(board.Renew(1, "w", stranger, RowTotals.Zero, Now));
        Assert.Null(board.Lease(Batch, "other", Now));
        Assert.Equal(5, board.Running.Answered);
    }

    [Fact]
    public void A_commit_ends_whatever_holds_the_shard()
    {
        var board = new ShardBoard(1, [], maxAttempts: 3, Duration);
        var lease = Lease(board);

        Assert.True(board.Commit(0));
        Assert.False(board.Commit(0));
        Assert.True(board.IsDone);
        Assert.False(board.Renew(0, "w", lease.Attempt, RowTotals.Zero, Now));
    }

    private static ShardLease Lease(ShardBoard board) =>
        board.Lease(Batch, "w", Now) ?? throw new InvalidOperationException("No shard waits.");
}
