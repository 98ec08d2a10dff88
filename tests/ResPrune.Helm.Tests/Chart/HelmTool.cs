using System.Diagnostics;

namespace ResPrune.Helm.Tests.Chart;

/// <summary>The real helm, installed once into <c>artifacts/helm</c>.</summary>
internal static class HelmTool
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly string Folder = Repository.PathOf("artifacts", "helm");
    private static readonly Lazy<Task> Installed = new(async () =>
    {
        var result = await StartAsync("bash", Repository.PathOf("tests", "Helm", "install.sh"), Folder);
        Assert.True(result.ExitCode == 0, $"helm could not be installed: {result.Error}");
    });

    public static async Task<HelmResult> RunAsync(params string[] arguments)
    {
        await Installed.Value;
        return await StartAsync(Path.Combine(Folder, "helm"), arguments);
    }

    /// <summary><c>helm lint --strict</c> of the chart.</summary>
    public static Task<HelmResult> LintAsync(params string[] arguments) => RunAsync(["lint", "--strict", Repository.Chart, .. arguments]);

    private static async Task<HelmResult> StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in new[] { "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME" })
            start.Environment[variable] = Path.Combine(Folder, "home");
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new HelmResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Deadline}.");
        }
    }
}
