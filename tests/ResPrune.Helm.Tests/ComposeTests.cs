using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using ResPrune.Helm.Tests.Chart;
using ResPrune.Helm.Tests.Compose;
using ResPrune.Server.Fleet;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ResPrune.Helm.Tests;

/// <summary>The compose file without Docker: it is read strictly, and what it names is there. <c>deploy/try-compose.sh</c> starts it.</summary>
public class ComposeTests
{
    private static readonly string Folder = Repository.PathOf("deploy", "compose");
    private static readonly string Text = File.ReadAllText(Path.Combine(Folder, "compose.yaml"));
    private static readonly ComposeFile Fleet = ComposeFile.Read(Text);

    [Fact]
    public void Services_volumes_configs_and_files_that_are_named_are_there()
    {
        Assert.NotEmpty(Fleet.Services);
        foreach (var (name, service) in Fleet.Services)
        {
            // Ours is built beside it; a tag of anybody else's can be moved to another image.
            if (service.Build is null) Assert.Matches("^[^@:]+:[^@:]+@sha256:[0-9a-f]{64}$", service.Image);
            Assert.All(service.Dependencies, other => Assert.Contains(other, Fleet.Services.Keys));
            Assert.All(service.Configs, config => Assert.Contains(config["source"], Fleet.Configs.Keys));
            foreach (var source in service.Volumes.Select(Source))
                if (source.StartsWith('.')) Assert.True(Directory.Exists(Path.Combine(Folder, source)), $"{name}: there is no {source}");
                else Assert.Contains(source, Fleet.Volumes.Keys);
            if (service.Build is { } build) Assert.True(File.Exists(Path.Combine(Folder, (string)build["context"], "Dockerfile")), name);
        }

        Assert.Equal(Fleet.Configs.Keys.Order(), Fleet.Services.Values.SelectMany(service => service.Configs).Select(config => config["source"]).Distinct().Order());
        Assert.Equal(Fleet.Volumes.Keys.Order(), Fleet.Services.Values.SelectMany(service => service.Volumes).Select(Source).Where(source => !source.StartsWith('.')).Distinct().Order());
    }

    [Fact]
    public void Every_variable_has_a_default() =>
        Assert.All(Regex.Matches(Text, @"\$\{[^}]*\}").Select(match => match.Value), variable => Assert.Contains(":-", variable, StringComparison.Ordinal));

    [Theory]
    [InlineData("control", 1)]
    [InlineData("worker", 1)]
    public void Silos_take_their_settings_and_are_as_locked_up_as_in_the_chart(string name, int devices)
    {
        var service = Fleet.Services[name];
        var settings = service.Environment.Where(setting => setting.Key.StartsWith("RESPRUNE__", StringComparison.Ordinal))
            .ToDictionary(setting => setting.Key.Replace("RESPRUNE__", "ResPrune:", StringComparison.Ordinal), setting => (string?)Default(setting.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var silo = FleetConfiguration.Silo(configuration);
        Assert.Equal(name, silo.Role.ToString(), ignoreCase: true);
        Assert.Equal("redis:6379", FleetConfiguration.Connection(configuration).Redis);
        Assert.Equal(devices, silo.Device.Split(',').Length);
        Assert.True(TimeSpan.FromSeconds(int.Parse(service.StopGracePeriod.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture)) >= silo.DrainTimeout + TimeSpan.FromSeconds(10));
        Assert.True(service.ReadOnly);
        Assert.Equal(["ALL"], service.CapDrop);
        Assert.Contains("no-new-privileges:true", service.SecurityOpt);
        Assert.Contains("/tmp", service.Tmpfs);
    }

    [Fact]
    public void Redis_keeps_its_data_and_nothing_is_offered_to_other_machines()
    {
        var redis = Fleet.Services["redis"];
        Assert.Equal("yes", redis.Command[redis.Command.IndexOf("--appendonly") + 1]);
        Assert.Contains("redis:/data", redis.Volumes);
        Assert.All(Fleet.Services.Values.SelectMany(service => service.Ports), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Fact]
    public void Prometheus_scrapes_the_port_of_silos_and_reads_the_rules_and_Grafana_the_dashboards()
    {
        var prometheus = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(Fleet.Configs["prometheus"].Content);
        var job = (IDictionary<object, object>)Assert.Single((IList<object>)prometheus["scrape_configs"]);
        var discovery = (IDictionary<object, object>)Assert.Single((IList<object>)job["dns_sd_configs"]);
        foreach (var name in ((IList<object>)discovery["names"]).Cast<string>())
            Assert.Equal(discovery["port"], Fleet.Services[name].Environment["RESPRUNE__METRICSPORT"]);
        var rules = Assert.Single((IList<object>)prometheus["rule_files"]).ToString()!;
        Assert.NotEmpty(Mounted(Fleet.Services["prometheus"], Path.GetDirectoryName(rules)!, Path.GetFileName(rules)));
        var dashboards = Regex.Match(Fleet.Configs["grafana-dashboards"].Content, @"path: ([^}\s]+)").Groups[1].Value;
        Assert.NotEmpty(Mounted(Fleet.Services["grafana"], dashboards, "*.json"));
    }

    [Theory]
    [InlineData("services: {a: {imagee: b}}")]
    [InlineData("services: {a: {image: b, image: c}}")]
    [InlineData("service: {}")]
    public void What_compose_does_not_know_is_refused(string text) => Assert.ThrowsAny<YamlException>(() => ComposeFile.Read(text));

    private static string Default(string value) => Regex.Replace(value, @"\$\{\w+:-([^}]*)\}", "$1");

    private static string Source(string volume) => Default(volume).Split(':')[0];

    private static string[] Mounted(ComposeService service, string target, string pattern)
    {
        var volume = Assert.Single(service.Volumes, volume => Default(volume).Split(':')[1] == target);
        return Directory.GetFiles(Path.Combine(Folder, Source(volume)), pattern);
    }
}
