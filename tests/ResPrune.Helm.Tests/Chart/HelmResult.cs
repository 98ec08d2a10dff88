namespace ResPrune.Helm.Tests.Chart;

/// <summary>What helm answered.</summary>
internal sealed record HelmResult(int ExitCode, string Output, string Error)
{
    /// <summary>Both streams.</summary>
    public string Text => $"{Output}\n{Error}";
}
