namespace ResPrune.Cli.Rendering;

/// <summary>Chooses how a pull looks.</summary>
internal static class PullViews
{
    /// <summary>The view for whoever reads standard error.</summary>
    public static IPullView For(TextWriter error) => Console.IsErrorRedirected
        ? new PlainPullView(error, TimeProvider.System)
        : new LivePullView(Consoles.ForRun(error, isTerminal: true), TimeProvider.System);
}
