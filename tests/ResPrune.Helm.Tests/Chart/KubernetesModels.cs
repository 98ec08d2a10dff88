namespace ResPrune.Helm.Tests.Chart;

/// <summary>
/// Kubernetes' own types, installed once into <c>artifacts/kubernetes-models</c>: what strict decoding does not see, a required field that is
/// missing, they refuse.
/// </summary>
internal static class KubernetesModels
{
    private static readonly string Folder = Repository.PathOf("artifacts", "kubernetes-models");
    private static readonly Lazy<Task> Installed = new(async () =>
    {
        var result = await ChildProcess.RunAsync("bash", [Repository.PathOf("tests", "Helm", "install-models.sh"), Folder]);
        Assert.True(result.ExitCode == 0, $"the types of Kubernetes could not be installed: {result.Error}");
    });

    /// <summary>Validates objects, and prints a line for each fault.</summary>
    public static async Task<ProcessResult> ValidateAsync(string objects)
    {
        await Installed.Value;
        return await ChildProcess.RunAsync("node", [Repository.PathOf("tests", "Helm", "validate.mjs"), Folder], objects);
    }
}
