using ResPrune.Chaos.Faults;
using ResPrune.Chaos.Scenarios;

namespace ResPrune.Chaos.Tests.Scenarios;

public sealed class ScenarioTests
{
    private static IReadOnlyList<Scenario> Many => [.. Enumerable.Range(0, 500).Select(seed => Scenario.Draw(seed, FaultLengths.Short))];

    [Fact]
    public void ASeedGivesTheSameScenarioAndTheSameRowsEveryTime()
    {
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var (one, other) = (Scenario.Draw(seed, FaultLengths.Short), Scenario.Draw(seed, FaultLengths.Short));
            Assert.Equal(one.Store, other.Store);
            Assert.Equal(one.Faults, other.Faults);
            Assert.Equal(ChaosInput.Draw(seed, 50), ChaosInput.Draw(seed, 50));
        }
    }

    [Fact]
    public void EveryFaultIsDrawnSoonerOrLater() =>
        Assert.Equal(Enum.GetValues<FaultKind>(), Many.SelectMany(scenario => scenario.Faults).Select(fault => fault.Kind).Distinct().Order());

    [Fact]
    public void AScenarioHasOneToFourFaultsInTheOrderTheyBeginAndOnlySuchAsItsStoreCanHave()
    {
        Assert.All(Many, scenario =>
        {
            Assert.InRange(scenario.Faults.Count, 1, 4);
            Assert.Equal(scenario.Faults.OrderBy(fault => fault.At), scenario.Faults);
            Assert.DoesNotContain(
                scenario.Faults, fault => scenario.Store == StoreKind.Folder ? fault.Kind > FaultKind.DiskFull : fault.Kind == FaultKind.DiskFull);
        });
    }

    [Fact]
    public void IdsAreDistinct() =>
        Assert.All(Enumerable.Range(0, 20), seed => Assert.Distinct(ChaosInput.Draw(seed, 200).Select(row => row.Id)));
}
