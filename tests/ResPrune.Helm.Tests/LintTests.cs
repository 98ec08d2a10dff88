using ResPrune.Helm.Tests.Chart;

namespace ResPrune.Helm.Tests;

public class LintTests
{
    public static TheoryData<string?> ValuesFiles => [.. RenderedChart.ValuesFiles];

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Values_files_pass_strict_lint(string? file)
    {
        var result = await HelmTool.LintAsync(file is null ? [] : ["--values", Path.Combine(Repository.Chart, file)]);
        Assert.True(result.ExitCode == 0, result.Text);
    }

    [Theory]
    [InlineData("control.replicas=-1", "at '/control/replicas': minimum: got -1, want 1")]
    [InlineData("workerDefaults.replicas=-2", "at '/workerDefaults/replicas': minimum: got -2, want 0")]
    [InlineData("control.replicsa=2", "value must be one of 'replicas', 'drainSeconds'")]
    [InlineData("gpus=1", "additional properties 'gpus' not allowed")]
    [InlineData("workerPools[0].name=a,workerPools[0].gpus=1", "invalid propertyName 'gpus'")]
    [InlineData("storage.url=https://a.blob.core.windows.net/b,storage.connectionString.secretName=s", "are both set: keep the url for workload identity, or the secret")]
    [InlineData("storage.url=https://a.blob.core.windows.net/b?sig=x", "give https://ACCOUNT.blob.core.windows.net/CONTAINER, without a SAS")]
    [InlineData("storage.workloadIdentity.clientId=x", "give the container's url, or remove the identity")]
    [InlineData("storage.url=https://a.blob.core.windows.net/b,storage.volume.existingClaim=c", "storage.volume.existingClaim and storage.url are both set: batches are in one place, so remove one")]
    [InlineData("storage.connectionString.secretName=s,storage.volume.existingClaim=c", "storage.volume.existingClaim and storage.connectionString.secretName are both set")]
    [InlineData("storage.volume.accessMode=ReadWriteOncePod", "at '/storage/volume/accessMode': value must be one of 'ReadWriteOnce', 'ReadWriteMany'")]
    [InlineData("workerDefaults.device=cuda", "workerPools[cpu] has device cuda and gpu.count 0: set gpu.count to 1 or more, or device to cpu")]
    [InlineData("workerDefaults.gpu.count=1", "set device to cuda, or gpu.count to 0")]
    [InlineData("workerPools[0].name=a,workerPools[0].device=cuda,workerPools[0].gpu.count=0", "workerPools[a] has device cuda and gpu.count 0")]
    [InlineData("test.keep=1.5", "give a share of at most 1 (0.25 or 1/3)")]
    [InlineData("test.keep=3/2", "give a share of at most 1 (1/3 or 0.25)")]
    [InlineData("test.keep=0", "test.keep is '0': give a share")]
    [InlineData("test.keep=-1", "test.keep is '-1': give a share")]
    [InlineData("workerDefaults.model.source=download", "give ORG/NAME of the model on the hub")]
    [InlineData("workerDefaults.model.source=download,workerDefaults.model.name=a/b", "no model.revision: give the commit (40 hex digits)")]
    [InlineData("workerDefaults.model.source=download,workerDefaults.model.name=a/b,workerDefaults.model.revision=main", "at '/workerDefaults/model/revision': 'main' does not match pattern")]
    [InlineData("tls.secretName=mine", "set tls.enabled to true, or remove the secret")]
    [InlineData("tls.enabled=true,tls.secretName=mine,tls.certManager.issuerName=ours", "the certificate comes from one place")]
    [InlineData("tls.certManager.issuerKind=Signer", "value must be one of 'Issuer', 'ClusterIssuer'")]
    [InlineData("workerDefaults.model.source=claim", "name the PersistentVolumeClaim that the model is in")]
    [InlineData("workerDefaults.autoscaling.enabled=true", "give the Prometheus that scrapes this fleet")]
    [InlineData("workerDefaults.autoscaling.minReplicas=9", "raise maxReplicas")]
    [InlineData("workerPools[0].name=a,workerPools[1].name=a", "give each of workerPools a name of its own")]
    [InlineData("podSecurityContext.runAsNonRoot=false", "at '/podSecurityContext/runAsNonRoot': value must be true")]
    [InlineData("podSecurityContext.runAsUser=0", "at '/podSecurityContext/runAsUser': minimum: got 0, want 1")]
    public async Task Bad_values_fail_lint_with_a_line_that_says_what_to_do(string settings, string line)
    {
        var result = await HelmTool.LintAsync("--set", settings);
        Assert.True(result.ExitCode != 0, $"lint took {settings}");
        Assert.Contains(line, result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test.keep=all")]
    [InlineData("test.keep=64")]
    [InlineData("test.keep=0.25")]
    [InlineData("test.keep=1/3")]
    public async Task Good_budgets_pass(string setting)
    {
        var result = await HelmTool.LintAsync("--set", setting);
        Assert.True(result.ExitCode == 0, result.Text);
    }

    [Fact]
    public async Task A_field_that_Kubernetes_does_not_know_is_found()
    {
        string[] settings =
        [
            "extraObjects[0].apiVersion=apps/v1", "extraObjects[0].kind=Deployment", "extraObjects[0].metadata.name=a", "extraObjects[0].spec.replica=1",
        ];
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => RenderedChart.RenderAsync(null, settings));
        Assert.Contains("replica", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_package_carries_dashboards_and_rules()
    {
        var folder = Directory.CreateTempSubdirectory("helm-package").FullName;
        try
        {
            var packed = await HelmTool.RunAsync("package", Repository.Chart, "--destination", folder);
            Assert.True(packed.ExitCode == 0, packed.Text);
            var archive = Assert.Single(Directory.GetFiles(folder));
            await using var stream = new System.IO.Compression.GZipStream(File.OpenRead(archive), System.IO.Compression.CompressionMode.Decompress);
            using var tar = new System.Formats.Tar.TarReader(stream);
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (tar.GetNextEntry() is { } entry) names.Add(entry.Name);
            foreach (var source in new[] { "grafana", "prometheus" })
                foreach (var file in Directory.GetFiles(Repository.PathOf("deploy", source), "*.*").Select(Path.GetFileName).Where(name => name![0] != '.'))
                    Assert.Contains($"resprune/files/{source}/{file}", names);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
