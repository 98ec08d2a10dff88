namespace ResPrune.Helm.Tests.Chart;

/// <summary>What a program answered.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    /// <summary>Both streams.</summary>
    public string Text => $"{Output}\n{Error}";
}
