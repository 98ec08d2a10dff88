namespace ResPrune.TinyModel.Scenes;

public sealed class SeedRangesTests
{
    [Fact]
    public void TheRangesDoNotMeet()
    {
        long[] starts = [SeedRanges.Training, SeedRanges.Evaluation, SeedRanges.Validation, SeedRanges.Samples];
        var sorted = starts.Order().ToArray();

        for (var i = 1; i < sorted.Length; i++)
            Assert.True(sorted[i] - sorted[i - 1] >= SeedRanges.Length, $"the ranges at {sorted[i - 1]} and {sorted[i]} overlap");
    }
}
