using ResPrune.Cluster.Fleet;

namespace ResPrune.Cluster.Tests.Fleet;

public sealed class FairTurnsTests
{
    [Fact]
    public void Ten_steps_of_priority_double_the_turns()
    {
        var turns = new FairTurns<string>();
        turns.Set("low", 0);
        turns.Set("high", 10);

        var taken = Play(turns, 300);

        Assert.Equal(200, taken["high"]);
        Assert.Equal(100, taken["low"]);
    }

    [Fact]
    public void Equal_entries_alternate()
    {
        var turns = new FairTurns<string>();
        turns.Set("a", 5);
        turns.Set("b", 5);
        var order = new List<string>();
        for (var turn = 0; turn < 6; turn++)
        {
            order.Add(turns.Order()[0]);
            turns.Take(order[^1]);
        }

        Assert.All(order.Zip(order.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void An_entry_without_work_does_not_hold_up_the_others_nor_take_all_turns_later()
    {
        var turns = new FairTurns<string>();
        turns.Set("idle", 0);
        turns.Set("busy", 0);
        for (var turn = 0; turn < 100; turn++) turns.Take("busy");

        var taken = Play(turns, 20);

        Assert.InRange(taken["busy"], 7, 10);
    }

    [Fact]
    public void Setting_the_same_again_changes_nothing()
    {
        var turns = new FairTurns<string>();

        Assert.True(turns.Set("a", 0));
        Assert.False(turns.Set("a", 0));
        Assert.True(turns.Set("a", 1));
        Assert.True(turns.Remove("a"));
        Assert.Empty(turns.Order());
    }

    private static Dictionary<string, int> Play(FairTurns<string> turns, int count)
    {
        var taken = new Dictionary<string, int>();
        for (var turn = 0; turn < count; turn++)
        {
            var next = turns.Order()[0];
            turns.Take(next);
            taken[next] = taken.GetValueOrDefault(next) + 1;
        }

        return taken;
    }
}
