// Every contract has its own templates; those of the one that was asked for stay.
import groovy.io.FileType

def project = new File(request.outputDirectory, request.artifactId)
def others = ['optimizer', 'schedule', 'tokenizer'] - request.properties['contract']
def files = []
project.eachFileRecurse(FileType.FILES) { files << it }
files.findAll { file -> others.any { file.name ==~ /\w+${it.capitalize()}(Test)?\.java/ } }.each { it.delete() }
