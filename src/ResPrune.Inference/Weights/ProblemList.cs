namespace ResPrune.Inference.Weights;

/// <summary>All that is wrong with a checkpoint in one line, and no longer than can be read.</summary>
internal static class ProblemList
{
    private const int Shown = 12;

    /// <summary>The first of the problems, and how many more there are.</summary>
    public static string Text(IReadOnlyCollection<string> problems) =>
        string.Join("; ", problems.Take(Shown)) + (problems.Count > Shown ? $" … and {problems.Count - Shown} more" : string.Empty);
}
