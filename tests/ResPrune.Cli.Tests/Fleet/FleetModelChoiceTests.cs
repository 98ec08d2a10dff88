using ResPrune.Batch.Batches;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Fleet;
using ResPrune.Cluster.Fleet;

namespace ResPrune.Cli.Tests.Fleet;

public class FleetModelChoiceTests
{
    private static readonly BatchSpec Spec = new() { Model = FleetModelChoice.AnyModel };
    private static readonly FleetModel Tiny = new() { Name = "tiny", WeightsDigest = "aaaa1111", Workers = 2 };
    private static readonly FleetModel OldLlava = new() { Name = "org/llava", WeightsDigest = "bbbb2222", Workers = 1 };
    private static readonly FleetModel NewLlava = new() { Name = "org/llava", WeightsDigest = "cccc3333", Workers = 3 };

    [Fact]
    public void The_only_model_of_the_fleet_is_taken_by_itself_or_by_its_name()
    {
        foreach (var wanted in (string?[])[null, "tiny", "tiny@AAAA", "tiny@aaaa1111"])
        {
            var chosen = FleetModelChoice.Choose(Spec, wanted, [Tiny], waitForWorkers: false);
            Assert.Equal(("tiny", "aaaa1111"), (chosen.Model, chosen.WeightsDigest));
        }
    }

    [Fact]
    public void One_of_several_is_named_and_two_weights_of_one_name_are_told_apart_by_their_digest()
    {
        FleetModel[] all = [Tiny, OldLlava, NewLlava];
        Assert.Equal("aaaa1111", FleetModelChoice.Choose(Spec, "tiny", all, waitForWorkers: false).WeightsDigest);
        Assert.Equal("cccc3333", FleetModelChoice.Choose(Spec, "org/llava@cccc", all, waitForWorkers: false).WeightsDigest);
        foreach (var wanted in (string?[])[null, "org/llava"])
        {
            var refused = Assert.Throws<UsageException>(() => FleetModelChoice.Choose(Spec, wanted, all, waitForWorkers: true)).Message;
            Assert.Contains("--model NAME", refused, StringComparison.Ordinal);
            Assert.Contains("org/llava@bbbb2222 (1 worker)", refused, StringComparison.Ordinal);
            Assert.Contains("org/llava@cccc3333 (3 workers)", refused, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_a_worker_of_the_model_nothing_is_submitted_unless_it_may_wait()
    {
        Assert.Contains("No worker is in the fleet", Refused(null, []), StringComparison.Ordinal);
        Assert.Contains("--wait-for-workers", Refused("org/llava", [Tiny]), StringComparison.Ordinal);
        Assert.Contains("tiny@aaaa1111", Refused("org/llava", [Tiny]), StringComparison.Ordinal);
        Assert.Contains("leave '@…' away", Assert.Throws<UsageException>(
            () => FleetModelChoice.Choose(Spec, "org/llava@dddd", [Tiny], waitForWorkers: true)).Message, StringComparison.Ordinal);

        var waiting = FleetModelChoice.Choose(Spec, "org/llava", [Tiny], waitForWorkers: true);
        Assert.Equal(("org/llava", "org/llava", null), (waiting.Model, waiting.RequiredModel, waiting.WeightsDigest));
        Assert.Null(FleetModelChoice.Choose(Spec, null, [], waitForWorkers: true).RequiredModel);
    }

    private static string Refused(string? wanted, FleetModel[] models) =>
        Assert.Throws<UsageException>(() => FleetModelChoice.Choose(Spec, wanted, models, waitForWorkers: false)).Message;
}
