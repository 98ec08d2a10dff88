namespace ResPrune.Helm.Tests.Compose;

/// <summary>One service.</summary>
internal sealed class ComposeService
{
    public string Image { get; set; } = "";

    public Dictionary<string, object>? Build { get; set; }

    public List<string> Command { get; set; } = [];

    public List<string> Entrypoint { get; set; } = [];

    public string Restart { get; set; } = "no";

    public bool ReadOnly { get; set; }

    public List<string> Tmpfs { get; set; } = [];

    public List<string> CapDrop { get; set; } = [];

    public List<string> SecurityOpt { get; set; } = [];

    public string StopGracePeriod { get; set; } = "10s";

    /// <summary>A list of services, or a map from each to its condition.</summary>
    public object? DependsOn { get; set; }

    public Dictionary<string, string> Environment { get; set; } = [];

    public List<string> Volumes { get; set; } = [];

    public List<string> Profiles { get; set; } = [];

    public string User { get; set; } = "";

    public string WorkingDir { get; set; } = "";

    public Dictionary<string, object>? Healthcheck { get; set; }

    public List<string> Ports { get; set; } = [];

    public List<Dictionary<string, string>> Configs { get; set; } = [];

    public IEnumerable<string> Dependencies => DependsOn switch
    {
        IDictionary<object, object> conditions => conditions.Keys.Cast<string>(),
        IEnumerable<object> services => services.Cast<string>(),
        _ => [],
    };
}
