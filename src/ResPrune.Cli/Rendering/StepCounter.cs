namespace ResPrune.Cli.Rendering;

/// <summary>Tells how far a long measurement is: twenty lines in all, where they do not mix with the result.</summary>
internal sealed class StepCounter(TextWriter error, string what, int total) : IProgress<int>
{
    private readonly int _every = Math.Max(1, total / 20);

    /// <inheritdoc/>
    public void Report(int value)
    {
        if (value % _every == 0) error.WriteLine($"{Quantity.Count(value)}/{Quantity.Count(total)} {what}");
    }
}
