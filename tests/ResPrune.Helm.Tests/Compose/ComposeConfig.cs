namespace ResPrune.Helm.Tests.Compose;

/// <summary>A file that stands in the compose file itself.</summary>
internal sealed class ComposeConfig
{
    public string Content { get; set; } = "";
}
