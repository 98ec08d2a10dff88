using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Tests.Pruning;

public sealed class VisualTokenPrunersTests
{
    [Fact]
    public void Every_name_has_its_own_pruner_in_any_case()
    {
        var types = VisualTokenPruners.Names.Select(name => VisualTokenPruners.Create(name).GetType()).ToArray();

        Assert.Equal(types.Length, types.Distinct().Count());
        Assert.Equal(types, VisualTokenPruners.Names.Select(name => VisualTokenPruners.Create(name.ToUpperInvariant()).GetType()));
    }

    [Fact]
    public void The_default_of_the_options_is_a_pruner() =>
        Assert.IsType<ResPrunePruner>(VisualTokenPruners.Create(new PruningOptions().Pruner));

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        var message = Assert.Throws<ArgumentException>(() => VisualTokenPruners.Create("divprune")).Message;

        Assert.Contains("'divprune'", message, StringComparison.Ordinal);
        Assert.All(VisualTokenPruners.Names, name => Assert.Contains(name, message, StringComparison.Ordinal));
    }
}
