namespace ResPrune.Helm.Tests.Chart;

/// <summary>The real helm, installed once into <c>artifacts/helm</c>.</summary>
internal static class HelmTool
{
    private static readonly string Folder = Repository.PathOf("artifacts", "helm");
    private static readonly Lazy<Task> Installed = new(async () =>
    {
        var result = await StartAsync("bash", Repository.PathOf("tests", "Helm", "install.sh"), Folder);
        Assert.True(result.ExitCode == 0, $"helm could not be installed: {result.Error}");
    });

    public static async Task<ProcessResult> RunAsync(params string[] arguments)
    {
        await Installed.Value;
        return await StartAsync(Path.Combine(Folder, "helm"), arguments);
    }

    /// <summary><c>helm lint --strict</c> of the chart.</summary>
    public static Task<ProcessResult> LintAsync(params string[] arguments) => RunAsync(["lint", "--strict", Repository.Chart, .. arguments]);

    private static Task<ProcessResult> StartAsync(string program, params string[] arguments) =>
        ChildProcess.RunAsync(program, arguments, "", new[] { "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME" }.ToDictionary(name => name, _ => Path.Combine(Folder, "home")));
}
