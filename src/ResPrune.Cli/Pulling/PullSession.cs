using ResPrune.Cli.Commands;
using ResPrune.Cli.Hub;
using ResPrune.Cli.Rendering;
using ResPrune.Cli.Running;

namespace ResPrune.Cli.Pulling;

/// <summary>
/// <c>resprune model pull</c> from beginning to end. Standard output gets the folder and nothing else, so that it can be passed on.
/// </summary>
internal static class PullSession
{
    /// <summary>Runs it.</summary>
    /// <exception cref="UsageException">The environment says something that cannot be used.</exception>
    /// <exception cref="HubException">The model could not be had.</exception>
    /// <exception cref="InterruptedException">A signal came; what was downloaded is kept.</exception>
    public static async Task<int> RunAsync(PullSettings settings, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        var puller = new ModelPuller(SettingsOf(settings.Endpoint), new HubLimits(), TimeProvider.System);
        var progress = new PullProgress();
        var view = PullViews.For(error);
        try
        {
            var pull = puller.PullAsync(settings.Request, progress, interruption.Token);
            await view.WatchAsync(progress, pull);
            output.WriteLine(await pull);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw new InterruptedException("stopped. What is downloaded is kept: type the same command to go on.");
        }
    }

    private static HubSettings SettingsOf(Uri? endpoint)
    {
        try
        {
            return HubSettings.FromEnvironment(Environment.GetEnvironmentVariable, endpoint);
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message, exception);
        }
    }
}
