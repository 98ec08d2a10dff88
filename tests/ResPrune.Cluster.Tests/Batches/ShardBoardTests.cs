using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
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
        var board = Board(4, [1]);

        Assert.Equal([0, 2, 3], new[] { Lease(board).Shard, Lease(board).Shard, Lease(board).Shard });
        Assert.Null(board.Lease(Batch, "w", Now));
        Assert.Equal((0, 3, 1), (board.Waiting, board.Held, board.Committed));
    }

    [Fact]
    public void A_lease_that_is_renewed_lasts_and_one_that_is_not_is_given_to_another()
    {
        var board = Board(1, []);
        var first = Lease(board);

        Assert.True(board.Renew(Report(0, first.Attempt), Now + TimeSpan.FromSeconds(50)));
        Assert.Equal(0, board.Expire(Now + TimeSpan.FromSeconds(109)));
        Assert.Equal(1, board.Expire(Now + TimeSpan.FromSeconds(110)));
        var second = Lease(board);

        Assert.Equal(2, second.Try);
        Assert.NotEqual(first.Attempt, second.Attempt);
        Assert.False(board.Renew(Report(0, first.Attempt), Now));
        Assert.False(board.Fail(0, first.Attempt, "late"));
    }

    [Fact]
    public void After_the_last_failed_attempt_the_shard_is_given_up_and_says_why()
    {
        var board = Board(1, [], maxAttempts: 2);
        board.Fail(0, Lease(board).Attempt, "first");
        var second = board.Lease(Batch, "another", Now)!;
        Assert.Null(second.GiveUpReason);
        board.Fail(0, second.Attempt, "the disk is full");

        var last = Lease(board);

        Assert.Contains("2 attempts", last.GiveUpReason, StringComparison.Ordinal);
        Assert.Contains("the disk is full", last.GiveUpReason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_worker_alone_must_fail_twice_as_often_before_the_shard_is_blamed()
    {
        var board = Board(1, [], maxAttempts: 2);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            var lease = Lease(board);
            Assert.Null(lease.GiveUpReason);
            board.Fail(0, lease.Attempt, "the kernel did not launch");
        }

        Assert.NotNull(Lease(board).GiveUpReason);
    }

    [Fact]
    public void A_shard_that_is_handed_back_counts_as_no_attempt()
    {
        var board = Board(1, [], maxAttempts: 1);
        board.Return(0, Lease(board).Attempt);

        var again = Lease(board);

        Assert.Equal((1, null), (again.Try, again.GiveUpReason));
    }

    [Fact]
    public void An_attempt_nobody_knows_is_adopted_when_its_shard_is_free()
    {
        var board = Board(2, [1]);
        var stranger = AttemptId.New();

        Assert.True(board.Renew(Report(0, stranger, answered: 5), Now));
        Assert.False(board.Renew(Report(1, stranger), Now));
        Assert.Null(board.Lease(Batch, "other", Now));
        Assert.Equal(5, board.Running.Answered);
    }

    [Fact]
    public void What_runs_is_counted_report_by_report_as_adding_all_reports_up_would()
    {
        var random = new Random(5);
        var board = Board(40, []);
        var attempts = new List<(int Shard, AttemptId Attempt)>();
        for (var step = 0; step < 4000 && !board.IsDone; step++)
        {
            var now = Now + TimeSpan.FromSeconds(step);
            var lease = random.Next(3) == 0 ? board.Lease(Batch, $"w{random.Next(9)}", now) ?? board.LeaseStraggler(Batch, "idle", now) : null;
            if (lease is not null) attempts.Add((lease.Shard, lease.Attempt));
            if (attempts.Count == 0) continue;
            var (shard, attempt) = attempts[random.Next(attempts.Count)];
            var change = random.Next(40);
            if (change == 0) board.Commit(shard, now);
            else if (change == 1) board.Fail(shard, attempt, "it broke");
            else if (change == 2) board.Return(shard, attempt);
            else if (change == 3) board.Expire(now, worker => worker == "w3");
            else if (change == 4) board.Expire(now);
            else board.Renew(Report(shard, attempt, random.Next(64), random.NextDouble()), now);

            var all = board.Running;
            Assert.Equal((all.Rows, all.Answered), (board.RunningRows.Rows, board.RunningRows.Answered));
            Assert.Equal(all.Work.DeviceSeconds, board.RunningRows.DeviceSeconds, 1e-6);
        }

        Assert.True(board.IsDone, $"only {board.Committed} of 40 shards came to their end");
        Assert.Equal((0, 0, 0.0), (board.RunningRows.Rows, board.RunningRows.Answered, board.RunningRows.DeviceSeconds));
    }

    [Fact]
    public void A_worker_that_is_gone_is_looked_for_only_when_asked_and_a_deadline_is_heeded_without()
    {
        var board = Board(2, []);
        Lease(board);
        Assert.Equal(0, board.Expire(Now));

        Assert.Equal(0, board.Expire(Now + (Duration / 2)));
        Assert.Equal(1, board.Expire(Now + (Duration / 2), _ => true));
        board.Lease(Batch, "another", Now + (Duration / 2));

        Assert.Equal(0, board.Expire(Now + Duration));
        Assert.Equal(1, board.Expire(Now + (Duration * 1.5)));
    }

    [Fact]
    public void A_commit_ends_whatever_holds_the_shard()
    {
        var board = Board(1, []);
        var lease = Lease(board);

        Assert.True(board.Commit(0, Now));
        Assert.False(board.Commit(0, Now));
        Assert.True(board.IsDone);
        Assert.False(board.Renew(Report(0, lease.Attempt), Now));
    }

    [Fact]
    public void Workers_that_die_over_a_shard_bring_its_rows_to_be_taken_one_at_a_time()
    {
        var board = Board(1, []);
        Assert.False(Lease(board).Isolated);
        board.Expire(Now + Duration);
        Assert.False(Lease(board).Isolated);
        board.Expire(Now + Duration);

        var isolated = Lease(board);

        Assert.True(isolated.Isolated);
        Assert.Equal((3, null, 0), (isolated.Try, isolated.GiveUpReason, isolated.PoisonLines.Count));
    }

    [Fact]
    public void A_row_that_was_alone_with_two_dead_workers_is_the_cause_and_one_death_is_chance()
    {
        var board = Isolated();
        DieOn(board, 7);
        Assert.Empty(Peek(board));
        DieOn(board, 5);
        Assert.Empty(Peek(board));
        DieOn(board, 7);

        Assert.Equal([7], Peek(board));
    }

    [Fact]
    public void A_shard_with_many_poisonous_rows_is_never_given_up()
    {
        var board = Isolated();
        for (var line = 1; line <= 20; line++)
        {
            DieOn(board, line);
            DieOn(board, line);
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(line => (long)line), Peek(board));
    }

    [Fact]
    public void An_isolated_attempt_that_never_reaches_a_row_is_given_up_in_the_end()
    {
        var board = Isolated();
        for (var attempt = 0; attempt < 6; attempt++)
        {
            Assert.Null(Lease(board).GiveUpReason);
            board.Expire(Now + Duration);
        }

        Assert.Contains("fell silent", Lease(board).GiveUpReason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_idle_worker_gets_a_shard_that_takes_far_longer_than_others_and_the_first_commit_ends_both()
    {
        var board = Board(3, []);
        var (quick, slow, last) = (Lease(board), Lease(board), Lease(board));
        board.Commit(quick.Shard, Now + TimeSpan.FromSeconds(10));
        board.Commit(last.Shard, Now + TimeSpan.FromSeconds(10));

        Assert.Null(board.LeaseStraggler(Batch, "idle", Now + TimeSpan.FromSeconds(19)));
        Assert.Null(board.LeaseStraggler(Batch, "w", Now + TimeSpan.FromSeconds(20)));
        var second = board.LeaseStraggler(Batch, "idle", Now + TimeSpan.FromSeconds(20))!;
        Assert.Null(board.LeaseStraggler(Batch, "third", Now + TimeSpan.FromSeconds(30)));

        Assert.Equal(slow.Shard, second.Shard);
        Assert.NotEqual(slow.Attempt, second.Attempt);
        Assert.True(board.Renew(Report(slow.Shard, slow.Attempt), Now) && board.Renew(Report(slow.Shard, second.Attempt, answered: 2), Now));
        Assert.Equal(2, board.Running.Answered);
        Assert.True(board.Return(slow.Shard, second.Attempt));
        Assert.Equal((1, 0), (board.Held, board.Waiting));
        Assert.True(board.Commit(slow.Shard, Now));
        Assert.False(board.Renew(Report(slow.Shard, slow.Attempt), Now));
    }

    [Fact]
    public void A_shard_is_tried_by_another_worker_first()
    {
        var board = Board(2, []);
        board.Fail(0, Lease(board).Attempt, "the kernel did not launch");

        Assert.Equal(1, Lease(board).Shard);
        Assert.Equal(0, board.Lease(Batch, "another", Now)!.Shard);
    }

    [Fact]
    public void Nobody_is_slow_before_anything_is_committed()
    {
        var board = Board(1, []);
        Lease(board);

        Assert.Null(board.LeaseStraggler(Batch, "idle", Now + TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Rows_that_failed_at_one_worker_are_confirmed_by_another_that_is_there()
    {
        var board = Board(1, []);
        Assert.True(board.Suspect(0, Lease(board).Attempt, [Suspect(1)], Now));

        Assert.Null(board.Lease(Batch, "w", Now, hasOthers: true));
        var confirming = board.Lease(Batch, "second", Now, hasOthers: true)!;
        Assert.Equal([1], confirming.SuspectLines);
        Assert.Null(confirming.GiveUpReason);

        // Another row fails there; now both workers have a say, so any may take it.
        board.Suspect(0, confirming.Attempt, [Suspect(7)], Now);
        Assert.Equal([1, 7], board.Lease(Batch, "w", Now, hasOthers: true)!.SuspectLines);
    }

    [Fact]
    public void A_worker_that_is_alone_confirms_its_own_rows_at_once_and_where_others_do_not_come_after_a_while()
    {
        var alone = Board(1, []);
        alone.Suspect(0, Lease(alone).Attempt, [Suspect(1)], Now);
        Assert.Equal([1], Lease(alone).SuspectLines);

        var board = Board(1, []);
        board.Suspect(0, Lease(board).Attempt, [Suspect(1)], Now);
        Assert.Null(board.Lease(Batch, "w", Now + TimeSpan.FromSeconds(14), hasOthers: true));
        Assert.Equal([1], board.Lease(Batch, "w", Now + TimeSpan.FromSeconds(15), hasOthers: true)!.SuspectLines);
    }

    private static SuspectRow Suspect(long line) => new() { Line = line, Code = RowErrorCode.EngineError, Message = "the kernel did not launch" };

    private static ShardBoard Board(int shards, int[] committed, int maxAttempts = 3) => new(
        new BatchPlan([.. Enumerable.Range(0, shards).Select(shard => new ShardSpec(shard, shard * 10, 10, shard + 1, 1, 0))]),
        committed,
        new BatchCoordinatorOptions { MaxAttempts = maxAttempts, LeaseDuration = Duration, StragglerFactor = 2, StragglerMinimumAge = TimeSpan.FromSeconds(5) });

    /// <summary>One shard whose next attempt is an isolated one.</summary>
    private static ShardBoard Isolated()
    {
        var board = Board(1, []);
        for (var death = 0; death < 2; death++)
        {
            Lease(board);
            board.Expire(Now + Duration);
        }

        return board;
    }

    private static void DieOn(ShardBoard board, long line)
    {
        var lease = Lease(board);
        Assert.Null(lease.GiveUpReason);
        Assert.True(board.Renew(Report(lease.Shard, lease.Attempt) with { Line = line }, Now));
        Assert.Equal(1, board.Expire(Now + Duration));
    }

    private static IReadOnlyList<long> Peek(ShardBoard board)
    {
        var lease = Lease(board);
        board.Return(lease.Shard, lease.Attempt);
        return lease.PoisonLines;
    }

    private static ShardReport Report(int shard, AttemptId attempt, int answered = 0, double seconds = 0) => new()
    {
        Worker = "w",
        Shard = shard,
        Attempt = attempt,
        Totals = RowTotals.Zero with { Answered = answered, Work = default(RowWork) with { DecodeSeconds = seconds } },
    };

    private static ShardLease Lease(ShardBoard board) =>
        board.Lease(Batch, "w", Now) ?? throw new InvalidOperationException("No shard waits.");
}
