using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ResPrune.Helm.Tests.Compose;

/// <summary>The compose file, read strictly: what is not a property here or in <see cref="ComposeService"/> is an error.</summary>
internal sealed class ComposeFile
{
    public string Name { get; set; } = "";

    [YamlMember(Alias = "x-fleet", ApplyNamingConventions = false)]
    public Dictionary<string, string> Fleet { get; set; } = [];

    [YamlMember(Alias = "x-silo", ApplyNamingConventions = false)]
    public ComposeService Silo { get; set; } = new();

    public Dictionary<string, ComposeService> Services { get; set; } = [];

    public Dictionary<string, ComposeConfig> Configs { get; set; } = [];

    public Dictionary<string, Dictionary<string, string>> Volumes { get; set; } = [];

    public static ComposeFile Read(string text)
    {
        // Before merging: a merged key that is given again is one twice.
        new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<Dictionary<object, object>>(text);
        return new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build()
            .Deserialize<ComposeFile>(new MergingParser(new Parser(new StringReader(text))));
    }
}
